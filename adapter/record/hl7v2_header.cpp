#include "record/hl7v2_header.h"

#include "base/text.h"
#include "wire/byte_order_mark.h"

namespace fingerpost::record {

namespace {

// A value this gateway does not know asks for an answer rather than for silence.
When when(std::string_view code) {
  if (code == "NE") return When::never;
  if (code == "ER") return When::on_error;
  if (code == "SU") return When::on_success;
  return code.empty() ? When::never : When::always;
}

}  // namespace

Result<Hl7v2Header> read_hl7v2_header(std::string_view bytes) {
  if (bytes.starts_with(wire::byte_order_mark)) bytes.remove_prefix(wire::byte_order_mark.size());
  if (!bytes.starts_with("MSH")) return Error{Kind::invalid, "a message starts with MSH", "MSH"};
  LET(const auto by, wire::read_delimiters(bytes));
  const auto segment = bytes.substr(0, wire::line_end(bytes));
  const auto get = [&](int n) { return std::string(wire::field(segment, by, n)); };
  const auto part = [&](int n, int c) {
    return std::string(wire::component(wire::field(segment, by, n), by, c));
  };
  return Hl7v2Header{by,          get(3),      get(4),      get(5),  get(6),
                     get(7),      part(9, 1),  part(9, 2),  get(10), get(11),
                     part(12, 1), part(15, 1), part(16, 1), get(18)};
}

Result<void> check(const Hl7v2Header& header) {
  if (header.type.empty())
    return Error{Kind::invalid, "the message does not say its type", "MSH-9"};
  if (header.control_id.empty())
    return Error{Kind::invalid, "the message has no control id", "MSH-10"};
  const bool readable =
      header.version.empty() || (header.version.size() >= 3 && header.version.starts_with("2.") &&
                                 header.version[2] >= '1' && header.version[2] <= '9');
  if (!readable) return Error{Kind::unsupported, "only HL7 versions 2.1 to 2.9 are read", "MSH-12"};
  const auto processing = wire::nth(header.processing_id, header.by.component, 1);
  if (!processing.empty() && processing != "P" && processing != "D" && processing != "T")
    return Error{Kind::unsupported, "the processing id is none of P, D and T", "MSH-11"};
  return {};
}

int version_number(const Hl7v2Header& header) {
  if (header.version.size() < 3 || !is_digit(header.version[2])) return 204;
  return 200 + (header.version[2] - '0');
}

AnswersWanted answers_wanted(const Hl7v2Header& header) {
  if (header.accept_answer.empty() && header.application_answer.empty()) return {};
  return {true, when(header.accept_answer), when(header.application_answer)};
}

}  // namespace fingerpost::record
