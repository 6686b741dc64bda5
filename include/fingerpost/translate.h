// A message or record of a GP system in, FHIR R4 resources out.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost {

// What can be read. The names are those of the command line and of the folders of mappings/.
enum class Format { gpconnect, hl7v2, gp2gp, emis, tpp, bars };

constexpr std::string_view name(Format format) {
  constexpr std::string_view names[] = {"gpconnect", "hl7v2", "gp2gp", "emis", "tpp", "bars"};
  return names[static_cast<int>(format)];
}

// Whether it comes as a folder of files that belong together.
constexpr bool is_extract(Format format) {
  return format == Format::emis || format == Format::tpp;
}

inline std::optional<Format> format_named(std::string_view text) {
  for (const auto format :
       {Format::gpconnect, Format::hl7v2, Format::gp2gp, Format::emis, Format::tpp, Format::bars})
    if (name(format) == text) return format;
  return std::nullopt;
}

struct TranslateOptions {
  std::string partner;     // who sent it, as configured: chooses its code tables; may be empty
  std::string key_prefix;  // of the keys ids are made from, when the source names no owner
  std::string zone = "Europe/London";  // of source times without an offset
  std::string now;  // FHIR instant; empty: maps that ask for the time report an error
  // What a NHS number with a wrong check digit is: error, warning or information.
  Severity nhs_number_check = Severity::warning;
  // BaRS: the code of usecases-categories-bars that was agreed for what is written, and its
  // display.
  std::string use_case, use_case_display;
  bool trace = false;  // the loss report also says what each element was made from
  Limits limits;
};

// A part of the source that no element of the result came from.
struct Lost {
  std::string place;      // FHIRPath, or an HL7 v2 place such as "PID-5.1"
  std::string text;       // for a person: why, when it is known; never the data itself
  std::size_t count = 1;  // how many such places in the source
};

// One element of the result and where it came from.
struct Traced {
  std::string target;  // FHIRPath in the result
  std::string source;  // place in the source; empty for a constant
  std::string rule;    // "ServiceRequest.map:41 ReferralRequest.status"
};

// What a translation gives.
struct Translation {
  Tree bundle;    // R4 Bundle, type collection; references and fullUrl are urn:uuid:<id>
  Issues issues;  // what was wrong with the source, and what was changed on the way
  std::vector<Lost> lost;
  std::vector<Traced> traced;  // only when asked for
};

// The loss report as one JSON object: {"lost":[…],"issues":[…],"trace":[…]}.
std::string report_json(const Translation& translation);

}  // namespace fingerpost
