// Every bound on input, by name, with its default. Input over a bound is refused with the bound
// named.

#pragma once

#include <cstddef>
#include <cstdint>

namespace fingerpost {

// Values: copy and change freely before a component is built from them.
struct Limits {
  // JSON, and any tree read from bytes.
  std::size_t body_bytes = std::size_t{64} << 20;    // one message, record or request body
  int depth = 64;                                    // nested objects and arrays
  std::size_t nodes = 8'000'000;                     // tree nodes of one document
  std::size_t string_bytes = std::size_t{48} << 20;  // one string (a base64 attachment, say)

  std::size_t issues = 200;  // reported of one document; one more says so

  std::size_t package_bytes = std::size_t{1} << 30;  // one FHIR package, unpacked

  // HL7 v2.
  std::size_t v2_frame_bytes = std::size_t{16} << 20;  // one MLLP frame
  std::size_t v2_segments = 100'000;                   // of one message
  int v2_idle_seconds = 3600;                          // without a message on a kept connection
  int v2_answer_seconds = 30;                          // for the sender to take an answer

  // FHIRPath and FML, for each evaluation or transformation.
  std::size_t expression_bytes = 64u << 10;  // source text of one expression
  int expression_depth = 200;        // nesting of one expression, and of calls while running
  std::uint64_t steps = 50'000'000;  // evaluation steps
  std::size_t collection_items = 1'000'000;      // of one result
  std::size_t map_bytes = std::size_t{4} << 20;  // source text of one map

  // Terminology, for each operation.
  std::size_t expansion_codes = 20'000;       // of one answer; more are to be asked for in pages
  int value_set_depth = 32;                   // value sets that include value sets
  std::uint64_t value_set_steps = 5'000'000;  // codes looked at, through all value sets included
  int remote_terminology_seconds = 10;        // for a terminology server elsewhere to answer

  // Validation, for each resource.
  std::uint64_t validation_steps = 20'000'000;  // nodes and candidates looked at

  // HTTP.
  std::size_t header_bytes = 32u << 10;
  std::size_t url_bytes = 8u << 10;
  int idle_seconds = 60;    // between requests on a kept connection
  int header_seconds = 10;  // from the first byte to the end of the headers, absolute
  std::size_t header_fields = 100;
  std::size_t body_bytes_per_second = 1024;  // over each header_seconds; a slower peer is cut off
  std::size_t body_bytes_together = std::size_t{512} << 20;  // of all requests being received
  std::size_t connections = 10'000;

  // FHIR REST.
  std::size_t bundle_entries = 10'000;
  int page_default = 50;
  int page_max = 1000;
  std::size_t parameters = 64;  // of one search
  std::size_t or_values = 500;  // of one parameter
  int chain_depth = 3;
  std::size_t patch_operations = 1000;    // of one PATCH
  std::size_t included = 1000;            // resources that _include and _revinclude add to one page
  int include_rounds = 5;                 // of _include:iterate and _revinclude:iterate
  std::size_t filter_terms = 100;         // comparisons in one _filter
  int filter_depth = 16;                  // nested parentheses in one _filter
  std::size_t text_words = 32;            // of one _text or _content
  std::size_t conditional_deletes = 100;  // resources that one conditional delete removes
  std::size_t everything = 10'000;        // resources of one $everything, over all its pages
  std::size_t custom_parameters = 500;    // SearchParameters that clients added
  std::size_t search_candidates = 2'000'000;  // rows that one search may look at
  std::size_t async_jobs = 100;               // answers being made or kept for respond-async
  int async_kept_seconds = 3600;              // after they are made
  std::size_t waiting_requests = 1000;  // of all connections, not yet begun; more are told 503

  // Store and queues.
  std::size_t queued_writes = 20'000;                       // waiting for the writer
  std::size_t queued_write_bytes = std::size_t{256} << 20;  // the same in bytes
  std::size_t refused_body_bytes = std::size_t{1} << 20;  // of a request body kept to be looked at
  std::size_t refused_bytes_together = std::size_t{256} << 20;  // of all of them
};

}  // namespace fingerpost
