// Bytes of any known source format to R4 resources, by the maps of the mappings folder.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "model/definitions.h"

#include <memory>
#include <span>
#include <string>

namespace fingerpost::mapping {
class Maps;
}
namespace fingerpost::record {
struct ExtractPlan;
}

namespace fingerpost::exchange {

struct Hl7v2Maps;  // translate_hl7v2.h

// One file of the mappings folder, already read. The path is relative to that folder and says what
// the file is: gpconnect/referral.map, gpconnect/status.json (a ConceptMap), hl7v2/structures.txt,
// partners/<partner id>/x.json (a ConceptMap of that partner alone). Other names are ignored, and
// so are StructureDefinitions.
struct MappingFile {
  std::string path;
  std::string text;
};

// Every map parsed, checked and linked. Const and safe for all threads once made.
class Translator {
 public:
  // Interns names into the definitions, so make it before anything serves. Kind::invalid with file,
  // line and column when a map does not load; `where` holds the place.
  static Result<Translator> make(model::Definitions& definitions,
                                 std::span<const MappingFile> files, const Limits& limits = {});

  // Kind::invalid: not such a message, or nothing usable in it. Kind::unsupported: a message type
  // nothing is known of. What is wrong with one entry only is an issue of the result.
  Result<Translation> translate(Format format, std::string bytes,
                                const TranslateOptions& options) const;

  // R4 resources as the EhrExtract of GP2GP: the ServiceRequests of the one patient of a Bundle
  // (JSON or XML), and whom they name. Kind::invalid: no such Bundle.
  struct Written {
    std::string bytes;
    Translation report;  // its bundle is the tree that was written
  };
  // The same in any format that FHIR is written in. bars: a Bundle of one ServiceRequest, its Task,
  // and those concerned, as a request or the answer to one. gpconnect: every resource that such a
  // record has a type for, in STU3. Kind::unsupported: no such format.
  Result<Written> write(Format format, std::string bundle, const TranslateOptions& options) const;
  Result<Written> write_gp2gp(std::string bundle, const TranslateOptions& options) const;

  // Every map of the folder.
  const mapping::Maps& maps() const;
  // What an extract's files are; null for other formats. translate_extract.h reads them.
  const record::ExtractPlan* extract_plan(Format format) const;
  const model::Definitions& definitions() const;
  // What write_hl7v2_answer needs; views of this translator.
  Hl7v2Maps hl7v2() const;

  Translator(Translator&&) noexcept;
  Translator& operator=(Translator&&) noexcept;
  ~Translator();

 private:
  struct Parts;
  explicit Translator(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace fingerpost::exchange
