// An extract of a few tables that refer to each other, its files one after the other, each "name LF
// bytes" and a NUL between them: refused whole, or rows whose places can all be told.
#include "fuzz/fuzz.h"
#include "record/extract.h"

using namespace fingerpost;

namespace {

constexpr const char* tables_text = R"(
charset windows-1252
manifest List File Time
lookup List key File
columns File Time
lookup Word key Id
columns Id Text
table Plan key Id
columns Id Kind Owner
maybe Gone
look Kind in Word
rows Item by Plan=Id
part Item key Id
columns Id Plan Text
table Step key Id
columns Id Of
group Steps Step by Of
)";

struct Tables {
  Names names;
  record::ExtractPlan plan = record::read_extract_plan(tables_text, names).value();
};

std::vector<record::ExtractFile> files_of(std::string_view text) {
  std::vector<record::ExtractFile> files;
  while (!text.empty()) {
    const auto [file, rest] = fuzz::halves(text);
    const auto line = file.find('\n');
    if (line != std::string_view::npos)
      files.push_back({std::string(file.substr(0, line)), file.substr(line + 1)});
    text = rest;
  }
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tables tables;
  const auto files = files_of(fuzz::text_of(data, size));
  auto staged = record::Extract::stage(tables.plan, tables.names, files);
  if (!staged) return 0;
  std::size_t rows = 0;
  while (const auto batch = staged->next()) {
    for (NodeId node = 0; node < batch->tree.size(); ++node) staged->place(*batch, node);
    for (const auto& [node, at] : batch->rows) record::only(*batch, node);
    rows += batch->rows.size();
    fuzz::require(rows <= size, "each row has a byte");
  }
  return 0;
}
