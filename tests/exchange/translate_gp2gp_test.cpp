// GP2GP records through the whole translator: what holds of every record.

#include "support/catch.h"
#include "support/reading.h"
#include "support/translator.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

std::string sample() {
  return test::read_file(test::project() / "mappings/gp2gp/samples/gp2gp-record.xml");
}

Result<Translation> translate(std::string text, bool trace = false) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.trace = trace;
  return test::translator().translate(Format::gp2gp, std::move(text), options);
}

bool traced(const Translation& made, std::string_view target_end, std::string_view source) {
  return std::any_of(made.traced.begin(), made.traced.end(), [&](const Traced& step) {
    return step.target.ends_with(target_end) && step.source == source;
  });
}

// Every urn:uuid reference below the node is one of the (sorted) urls.
bool leads_to(const Tree& tree, NodeId node, const std::vector<std::string>& urls) {
  if (tree.name_text(node) == "reference" && tree.text(node).starts_with("urn:uuid:") &&
      !std::binary_search(urls.begin(), urls.end(), std::string(tree.text(node))))
    return false;
  for (auto child = tree.first_child(node); child != no_node; child = tree.next(child))
    if (!leads_to(tree, child, urls)) return false;
  return true;
}

bool is_whole(const Translation& made) {
  const test::Reader reader(made.bundle);
  std::vector<std::string> urls;
  for (const auto entry : reader.all(made.bundle.root(), "entry"))
    urls.push_back(reader.text(entry, "fullUrl"));
  std::sort(urls.begin(), urls.end());
  return leads_to(made.bundle, made.bundle.root(), urls);
}

// The record with each element that stands alone on its line left out in turn, and with each value
// in turn made into nonsense.
std::vector<std::string> damaged(const std::string& whole) {
  std::vector<std::string> all;
  for (std::size_t from = 0; from < whole.size();) {
    const auto end = whole.find('\n', from) + 1;
    const auto line = std::string_view(whole).substr(from, end - from);
    if (line.find("/>") != std::string_view::npos && line.find("</") == std::string_view::npos)
      all.push_back(whole.substr(0, from) + whole.substr(end));
    if (end == 0) break;
    from = end;
  }
  for (auto at = whole.find("value=\""); at != std::string::npos;
       at = whole.find("value=\"", at + 1)) {
    const auto end = whole.find('"', at + 7);
    all.push_back(whole.substr(0, at + 7) + "~" + whole.substr(end));
  }
  return all;
}

}  // namespace

TEST_CASE("the trace of a GP2GP record names statement and element") {
  const auto made = translate(sample(), true);
  REQUIRE(made);
  CHECK(traced(*made, ".resource.priority", "RequestStatement/priorityCode/code"));
  CHECK(traced(*made, ".resource.occurrence", "PlanStatement/effectiveTime/center"));
  CHECK(traced(*made, ".resource.clinicalStatus.coding[0].code", "LinkSet[2]/code/code"));
}

TEST_CASE("the same GP2GP record gives the same bytes") {
  const auto one = translate(sample());
  const auto two = translate(sample());
  REQUIRE(one);
  REQUIRE(two);
  CHECK(test::json(*one) == test::json(*two));
}

TEST_CASE("a defect in a GP2GP record never costs the record, nor another statement") {
  const auto all = damaged(sample());
  CHECK(all.size() > 40);
  for (const auto& text : all) {
    const auto made = translate(text);
    REQUIRE(made);
    const test::Reader reader(made->bundle);
    CHECK(reader.resources(made->bundle.root(), "ServiceRequest").size() == 2);
    CHECK(is_whole(*made));
  }
}

TEST_CASE("a GP2GP record that ends too early is refused") {
  const auto whole = sample();
  for (std::size_t size = 0; size + 30 < whole.size(); size += 997)
    CHECK_FALSE(translate(whole.substr(0, size)));
}
