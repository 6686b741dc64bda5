#include "remote/answer.h"

#include "base/text.h"
#include "wire/hl7v2.h"

#include <algorithm>
#include <array>

namespace fingerpost::remote {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

// Days from 1970-01-01 of a proleptic Gregorian date.
constexpr std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

// RFC 9110 section 5.6.7, IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<std::int64_t> read_http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(25) != " GMT") return std::nullopt;
  const auto month = months.find(text.substr(8, 3));
  const auto day = to_integer(text.substr(5, 2));
  const auto year = to_integer(text.substr(12, 4));
  const auto hour = to_integer(text.substr(17, 2));
  const auto minute = to_integer(text.substr(20, 2));
  const auto second = to_integer(text.substr(23, 2));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  if (!day || !year || !hour || !minute || !second) return std::nullopt;
  const auto days = days_from_civil(*year, static_cast<std::int64_t>(month) / 3 + 1, *day);
  return (((days * 24 + *hour) * 60 + *minute) * 60 + *second) * second_us;
}

// ERR-3.1 since v2.5, the fourth component of ERR-1 (ELD) before it, or MSA-6.1.
std::string error_code(std::string_view err, std::string_view msa, const wire::Delimiters& by) {
  const auto first = [&by](std::string_view component) {
    return std::string(wire::nth(component, by.subcomponent, 1));
  };
  auto code = first(wire::component(wire::field(err, by, 3), by, 1));
  if (code.empty()) code = first(wire::component(wire::field(err, by, 1), by, 4));
  if (code.empty()) code = first(wire::component(wire::field(msa, by, 6), by, 1));
  return code;
}

}  // namespace

std::string_view name(Outcome outcome) {
  constexpr std::string_view names[] = {"delivered", "refused", "later", "unknown"};
  return names[static_cast<int>(outcome)];
}

Outcome classify_http(int status) {
  if (status >= 200 && status < 300) return Outcome::delivered;
  if (status == 408 || status == 425 || status == 429 || status >= 500) return Outcome::later;
  if (status == 409) return Outcome::unknown;
  if (status >= 300) return Outcome::refused;
  return Outcome::unknown;
}

std::optional<std::int64_t> read_retry_after(std::string_view value, std::int64_t now_us) {
  value = trim(value);
  if (const auto seconds = to_integer(value)) {
    if (*seconds < 0) return std::nullopt;
    return std::min<std::int64_t>(*seconds, 86'400) * second_us;
  }
  const auto date = read_http_date(value);
  if (!date) return std::nullopt;
  return std::clamp<std::int64_t>(*date - now_us, 0, day_us);
}

Answer answer_of(HttpAnswer got, std::int64_t now_us) {
  Answer answer;
  answer.status = got.status;
  answer.reason = std::move(got.reason);
  answer.body = std::move(got.body);
  if (got.reached != Reached::answered) {
    answer.outcome = got.reached == Reached::unsent ? Outcome::later : Outcome::unknown;
    return answer;
  }
  answer.outcome = classify_http(answer.status);
  answer.retry_after_us = read_retry_after(got.header("retry-after"), now_us).value_or(0);
  return answer;
}

std::optional<Acknowledgement> read_acknowledgement(std::string_view message) {
  const auto by = wire::read_delimiters(message);
  if (!by) return std::nullopt;
  Issues issues;
  const auto segments = wire::split_segments(message, *by, Limits{}, issues);
  if (!segments) return std::nullopt;
  std::string_view msh;
  std::string_view msa;
  std::string_view err;
  for (const auto& segment : *segments) {
    if (segment.name == "MSH" && msh.empty()) msh = segment.text;
    if (segment.name == "MSA" && msa.empty()) msa = segment.text;
    if (segment.name == "ERR" && err.empty()) err = segment.text;
  }
  if (msa.empty()) return std::nullopt;
  const auto type = wire::component(wire::field(msh, *by, 9), *by, 1);
  return Acknowledgement{std::string(wire::field(msa, *by, 1)),
                         std::string(wire::field(msa, *by, 2)), error_code(err, msa, *by),
                         type != "ACK"};
}

Outcome classify_acknowledgement(const Acknowledgement& acknowledgement) {
  const std::string_view code = acknowledgement.code;
  const std::string_view error = acknowledgement.error_code;
  if (code == "AA" || code == "CA") return Outcome::delivered;
  const bool content = code == "AE" || code == "CE";
  const bool rejected = code == "AR" || code == "CR";
  if (!content && !rejected) return Outcome::unknown;
  if (error == "206" || error == "207") return Outcome::later;
  if (content) return Outcome::refused;
  constexpr std::array<std::string_view, 4> unsupported = {"200", "201", "202", "203"};
  const bool never = std::find(unsupported.begin(), unsupported.end(), error) != unsupported.end();
  return never ? Outcome::refused : Outcome::later;
}

}  // namespace fingerpost::remote
