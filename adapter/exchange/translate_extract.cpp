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

struct Single {
  Single(Batch whole, NodeId node) : of(std::move(whole)), row(record::only(*of, node)) {}

  Batch of;
  record::ExtractBatch row;
};

class ExtractRun {
 public:
  ExtractRun(const Translator& translator, Format format, const TranslateOptions& options)
      : translator_(translator),
        options_(options),
        owner_(owner_of(format, options)),
        map_("https://fingerpost.example/StructureMap/" + std::string(name(format)) + "-extract") {}

  Result<void> run(record::Extract& extract, const TakeTranslation& take) {
    Issues issues = extract.issues();
    while (auto batch = extract.next()) {
      const auto rows = std::make_shared<const record::ExtractBatch>(*std::move(batch));
      issues.insert(issues.end(), rows->issues.begin(), rows->issues.end());
      const auto given = give(extract, rows, issues, take);
      if (given || given.error().kind != Kind::too_costly) {
        LET_DONE(given);
      } else {
        LET_DONE(give_singly(extract, rows, issues, take));
      }
      issues.clear();
    }
    return {};
  }

 private:
  Result<void> give(const record::Extract& extract, const Batch& rows, const Issues& issues,
                    const TakeTranslation& take) {
    Translation made{Tree(translator_.definitions().names()), issues, {}, {}};
    made.bundle.keep(rows);
    LET_DONE(transform(extract, rows, made));
    Finish finish(translator_.definitions(), made.bundle, options_.nhs_number_check, {});
    finish.open = true;
    finish.run();
    made.issues.insert(made.issues.end(), finish.issues.begin(), finish.issues.end());
    return take(std::move(made));
  }

  // A row that is too costly costs only itself.
  Result<void> give_singly(const record::Extract& extract, const Batch& rows, Issues issues,
                           const TakeTranslation& take) {
    const auto& tree = rows->tree;
    for (auto at = tree.first_child(tree.root()); at != no_node; at = tree.next(at)) {
      // The row's texts are the batch's, so it keeps that.
      const std::shared_ptr<const Single> single = std::make_shared<Single>(rows, at);
      const Batch row(single, &single->row);
      const auto given = give(extract, row, issues, take);
      if (given) {
        issues.clear();
      } else if (given.error().kind == Kind::too_costly) {
        issues.push_back({Severity::error, "too-costly", extract.place(*rows, at),
                          "left out: " + given.error().text});
      } else {
        return given;
      }
    }
    if (issues.empty()) return {};
    const auto none =
        std::make_shared<const record::ExtractBatch>(translator_.definitions().names());
    return give(extract, none, issues, take);
  }

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
                               const TranslateOptions& options, const TakeTranslation& take,
                               const LookAtExtract& look) {
  const auto* plan = translator.extract_plan(format);
  if (plan == nullptr) return Error{Kind::unsupported, "no tables for this format", ""};
  if (format == Format::tpp && options.partner.empty() && options.key_prefix.empty())
    return Error{
        Kind::invalid,
        "the numbers of this format are unique in one system alone: say by a partner which "
        "it is",
        ""};
  LET(auto extract, record::Extract::stage(*plan, translator.definitions().names(), files));
  if (look) LET_DONE(look(extract));
  return ExtractRun(translator, format, options).run(extract, take);
}

}  // namespace fingerpost::exchange
