// The loss report as JSON (mappings/README.md describes it).

#include "fingerpost/translate.h"
#include "wire/json.h"

#include <string>
#include <string_view>

namespace fingerpost {
namespace {

class Writer {
 public:
  void open(std::string_view name) {
    comma();
    text(name);
    out += ":[";
    first_ = true;
  }
  void close() {
    out += ']';
    first_ = false;
  }
  void begin() {
    comma();
    out += '{';
    first_ = true;
  }
  void end() {
    out += '}';
    first_ = false;
  }
  void member(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    comma();
    text(name);
    out += ':';
    text(value);
  }
  void member(std::string_view name, std::size_t value) {
    comma();
    text(name);
    out += ':' + std::to_string(value);
  }

  std::string out = "{";

 private:
  void comma() {
    if (!first_) out += ',';
    first_ = false;
  }
  void text(std::string_view value) { wire::write_json_string(out, value); }

  bool first_ = true;
};

}  // namespace

std::string report_json(const Translation& translation) {
  Writer report;
  report.open("lost");
  for (const auto& lost : translation.lost) {
    report.begin();
    report.member("place", lost.place);
    report.member("text", lost.text);
    report.member("count", lost.count);
    report.end();
  }
  report.close();
  report.open("issues");
  for (const auto& issue : translation.issues) {
    report.begin();
    report.member("severity", code(issue.severity));
    report.member("code", issue.code);
    report.member("place", issue.expression);
    report.member("text", issue.text);
    report.end();
  }
  report.close();
  if (!translation.traced.empty()) {
    report.open("trace");
    for (const auto& traced : translation.traced) {
      report.begin();
      report.member("target", traced.target);
      report.member("source", traced.source);
      report.member("rule", traced.rule);
      report.end();
    }
    report.close();
  }
  return std::move(report.out) + "}";
}

}  // namespace fingerpost
