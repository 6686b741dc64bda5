#include "exchange/translate_extract.h"

#include "exchange/translate_finish.h"
#include "exchange/translate_hl7v2.h"
#include "mapping/loss.h"
#include "record/extract.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace fingerpost::exchange {
namespace {

using Batch = std::shared_ptr<const record::ExtractBatch>;

// Whose row ids these are: numbers of one system are unique in it alone.
std::string owner_of(Format format, const TranslateOptions& options) {
  if (!options.partner.empty()) return options.partner;
  return options.key_prefix.empty() ? std::string(name(format)) : options.key_prefix;
}

class ExtractRun {
 public:
  ExtractRun(const Translator& translator, Format format, const TranslateOptions& options)
      : translator_(translator),
        options_(options),
        owner_(owner_of(format, options)),
        map_("https://fingerpost.example/StructureMap/" + std::string(name(format)) + "-extract") {}

  Result<void> run(record::Extract& extract, const TakeTranslation& take) {
    Issues about_files = extract.issues();
    while (auto batch = extract.next()) {
      const auto rows = std::make_shared<const record::ExtractBatch>(*std::move(batch));
      Translation made{Tree(translator_.definitions().names()), std::move(about_files), {}, {}};
      about_files.clear();
      made.issues.insert(made.issues.end(), rows->issues.begin(), rows->issues.end());
      made.bundle.keep(rows);
      LET_DONE(transform(extract, rows, made));
      Finish finish(translator_.definitions(), made.bundle, options_.nhs_number_check, {});
      finish.open = true;
      finish.run();
      made.issues.insert(made.issues.end(), finish.issues.begin(), finish.issues.end());
      LET_DONE(take(std::move(made)));
    }
    return {};
  }

 private:
  Result<void> transform(const record::Extract& extract, const Batch& rows, Translation& made) {
    MapRun map_run(owner_, options_);
    const auto place = [&](NodeRef node) { return extract.place(*rows, node.node); };
    map_run.options.place = place;
    const NodeRef source{&rows->tree, rows->tree.root()};
    LET(const auto run,
        mapping::transform(translator_.maps(), map_, {&source, 1}, made.bundle, map_run.options));
    for (const auto& finding : run.findings) made.issues.push_back(finding.issue);
    const auto column = [&](NodeRef node) { return extract.column(*rows, node.node); };
    const auto report = mapping::loss_report(translator_.maps(), run, made.bundle, column);
    std::map<std::string, std::size_t> places;
    for (const auto& lost : report.lost) places[lost.place] += lost.count;
    for (const auto& [where, count] : places) made.lost.push_back({where, "", count});
    if (!options_.trace) return {};
    const auto traced =
        mapping::loss_report(translator_.maps(), run, made.bundle, place, mapping::Trace::yes);
    for (const auto& step : traced.trace)
      made.traced.push_back({step.target, step.source,
                             std::string(step.rule.file) + ":" + std::to_string(step.rule.line) +
                                 " " + std::string(step.rule.group)});
    return {};
  }

  const Translator& translator_;
  const TranslateOptions& options_;
  std::string owner_;
  std::string map_;
};

}  // namespace

Result<void> translate_extract(const Translator& translator, Format format,
                               const std::vector<record::ExtractFile>& files,
                               const TranslateOptions& options, const TakeTranslation& take) {
  const auto* plan = translator.extract_plan(format);
  if (plan == nullptr) return Error{Kind::unsupported, "no tables for this format", ""};
  LET(auto extract, record::Extract::stage(*plan, translator.definitions().names(), files));
  return ExtractRun(translator, format, options).run(extract, take);
}

}  // namespace fingerpost::exchange
