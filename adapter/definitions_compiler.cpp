// The build's own tool: FHIR package folders to the one file that the program maps into memory.
//
//   definitions_compiler OUTPUT r4=FOLDER [stu3=FOLDER] [logical=FOLDER …]

#include "model/compile.h"
#include "terminology/core.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace fs = std::filesystem;
using namespace fingerpost;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// Only files whose names can hold what compile() looks at: a package also has thousands of
// examples.
bool looked_at(const std::string& name) {
  for (const auto kind : {"StructureDefinition-", "ValueSet-", "CodeSystem-", "SearchParameter-",
                          "ConceptMap-", "CompartmentDefinition-"})
    if (name.starts_with(kind)) return name.ends_with(".json");
  return false;
}

Result<model::PackageFiles> read_package(const std::string& argument) {
  const auto equals = argument.find('=');
  const auto kind = argument.substr(0, equals);
  model::PackageFiles package;
  if (kind == "stu3") {
    package.model = model::Model::stu3;
  } else if (kind == "logical") {
    package.model = model::Model::logical;
  } else if (kind != "r4") {
    return Error{Kind::invalid, "a package is r4=FOLDER, stu3=FOLDER or logical=FOLDER", argument};
  }
  const fs::path folder = equals == std::string::npos ? "" : argument.substr(equals + 1);
  if (!fs::is_directory(folder)) return Error{Kind::not_found, "no such folder", argument};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (looked_at(name)) package.files.push_back({name, read_file(entry.path())});
  }
  return package;
}

int fail(const Error& error) {
  std::cerr << "definitions_compiler: " << error.text << ": " << error.where << '\n';
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return fail({Kind::invalid, "usage: OUTPUT r4=FOLDER [stu3=FOLDER]", ""});
  std::vector<model::PackageFiles> packages;
  for (int i = 2; i < count; ++i) {
    auto package = read_package(arguments[i]);
    if (!package) return fail(package.error());
    packages.push_back(*std::move(package));
  }
  auto compiled = model::compile(packages);
  if (!compiled) return fail(compiled.error());
  const auto codes = terminology::compile_core(compiled->bytes);
  if (!codes) return fail(codes.error());
  model::attach(compiled->bytes, *codes);
  for (const auto& issue : compiled->issues)
    std::cerr << issue.expression << ": " << issue.text << '\n';
  std::ofstream out(arguments[1], std::ios::binary);
  out.write(reinterpret_cast<const char*>(compiled->bytes.data()),
            static_cast<std::streamsize>(compiled->bytes.size()));
  return out.flush() ? 0 : fail({Kind::fault, "cannot write", arguments[1]});
}
