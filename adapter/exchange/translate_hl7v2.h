// HL7 v2 messages to R4 resources and back, by the maps of mappings/hl7v2.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "mapping/fml.h"
#include "record/hl7v2.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::exchange {

// What the maps folder's hl7v2 part was made into.
struct Hl7v2Maps {
  const mapping::Maps& maps;
  const record::Hl7v2Grammar& grammar;
};

// What every map is told of its run. The options' texts are views: they must outlive it; the
// owner's is its own.
class MapRun {
 public:
  MapRun(std::string owner, const TranslateOptions& options);
  MapRun(const MapRun&) = delete;
  MapRun& operator=(const MapRun&) = delete;

  mapping::RunOptions options;

 private:
  std::string owner_;
  std::array<mapping::Parameter, 4> parameters_;
};

// A message read: the translation's texts point into it, so it must live as long.
struct Hl7v2Run {
  std::shared_ptr<const record::Hl7v2Message> message;
  mapping::Transformed run;
};

// Runs the map of the message's type into `bundle`. Local ids are owned by the partner
// and its facility (MSH-4.1), for an unknown sender by the whole of MSH-3 and MSH-4, else by the
// options' key prefix.
Result<Hl7v2Run> run_hl7v2(const Hl7v2Maps& maps, std::string bytes,
                           const TranslateOptions& options, Tree& bundle);

// Whether there is a map for messages of this MSH-9.
bool reads_hl7v2(const Hl7v2Maps& maps, std::string_view type, std::string_view event);

// What a message says beside the resources.
struct OutwardHeader {
  std::string_view sending_application;
  std::string_view sending_facility;
  std::string_view receiving_application;
  std::string_view receiving_facility;
  std::string_view time;        // MSH-7
  std::string_view control_id;  // MSH-10
  std::string_view event;       // MSH-9.2; of an answer "": that of the REF last received
  std::string_view version = "2.4";
  std::string_view partner;  // whose code tables come first
};

// Which message a Bundle becomes. Each is described at its function below.
enum class Outgoing { answer, request, plan };
// Its tree, and how it was made. The header's texts are views: they must outlive the tree.
Result<mapping::Transformed> run_outgoing(const Hl7v2Maps& maps, Outgoing what, NodeRef bundle,
                                          const OutwardHeader& header, const Limits& limits,
                                          Tree& message);

// RRI^I12 to I15, the event of the REF that was last received (ServiceRequest.meta.tag), for a
// Bundle that holds the referral's Task and, as far as they are known, its
// ServiceRequest, Patient, and those it refers to. Characters the charset does not have become '?'.
Result<record::WrittenHl7v2> write_hl7v2_answer(const Hl7v2Maps& maps, NodeRef bundle,
                                                const OutwardHeader& header,
                                                const record::Hl7v2WriteOptions& options,
                                                const Limits& limits);
// REF^I12 to I14, as the header's event says, for the same kind of Bundle.
Result<record::WrittenHl7v2> write_hl7v2_request(const Hl7v2Maps& maps, NodeRef bundle,
                                                 const OutwardHeader& header,
                                                 const record::Hl7v2WriteOptions& options,
                                                 const Limits& limits);
// PGL^PC6 to PC8, PPR^PC1 to PC3, PPP^PCB to PCD or PPG^PCG to PCJ, as the header's event says, for
// a Bundle that holds a Patient, and his Goals, CarePlans and Conditions with what they refer to.
Result<record::WrittenHl7v2> write_hl7v2_plan(const Hl7v2Maps& maps, NodeRef bundle,
                                              const OutwardHeader& header,
                                              const record::Hl7v2WriteOptions& options,
                                              const Limits& limits);

}  // namespace fingerpost::exchange
