// The organisations this gateway exchanges with: values, as the configuration gives them.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// How a partner is reached. none: known, but nothing is ever sent. self: this gateway's own users.
enum class Channel { none, self, fhir, mllp, mesh, bars, folder };

// What a partner is told in: R4 resources put into its store, HL7 v2 messages, or BaRS messages.
enum class Language { fhir, hl7v2, bars };

// HL7 v2.5.1 section 2.9, what is asked for: one answer, of the application; that the message is
// safe, and no more; or both, one after the other.
enum class AnswerMode { original, accept, enhanced };

// mllp: beside the host and port.
struct MllpRoad {
  bool tls = false;
  std::string ca_file;              // "": the system's certificate authorities
  std::string cert_file, key_file;  // what this side shows; "": nothing
  std::vector<std::string> pins;    // "sha256/BASE64" of the peer's public key; empty: any
  bool keep_open = true;            // false: a connection for each message
  AnswerMode answers = AnswerMode::original;
};

// mesh: from one of our mailboxes to the partner's.
struct MeshRoad {
  std::string from;      // our mailbox
  std::string mailbox;   // the partner's
  std::string workflow;  // Mex-WorkflowID of what it is sent
};

// bars: the base of $process-message, and the service that is asked (NHSD-Target-Identifier).
struct BarsRoad {
  std::string base;  // "https://…/FHIR/R4", without a slash at the end
  std::string service_system = "https://fhir.nhs.uk/Id/dos-service-id";
  std::string service;
};

// folder: where its messages are put, and where its own are taken from.
struct FolderRoad {
  std::string out, in;      // in: "" for none
  int settle_seconds = 10;  // how long a file must have stayed as it is
  unsigned mode = 0640;     // of what is put there
};

struct PartnerIdentifier {
  std::string system;  // "https://fhir.nhs.uk/Id/ods-organization-code"; "" matches any system
  std::string value;
};

struct Partner {
  std::string id;    // short and stable: "riverside-link". Names the outbox lane.
  std::string name;  // for people
  std::vector<PartnerIdentifier> identifiers;  // what Task.owner and Task.requester resolve to
  Channel channel = Channel::none;

  std::string fhir_base;  // fhir: "http://127.0.0.1:8090/fhir", without a slash at the end

  std::string host;  // mllp
  std::uint16_t port = 0;
  MllpRoad mllp;
  MeshRoad mesh;
  BarsRoad bars;
  FolderRoad folder;
  Language carried = Language::hl7v2;  // mesh, folder: what is carried; hl7v2 or bars

  std::string application;      // HL7 v2: the partner's MSH-3 when it sends, MSH-5 when we do
  std::string facility;         // the same for MSH-4 and MSH-6
  std::string version = "2.4";  // of messages we write to it
  std::string charset;          // MSH-18 assumed when its messages name none

  std::vector<std::string> concept_maps;  // map files that stand before the shipped ones
};

// What is sent to the partner. Nothing is to one whose channel is none or self.
std::optional<Language> language(const Partner& partner);

// A referral whose Task.owner no partner is: refused with an error in its protocol's form, or kept
// here for users to look after.
enum class UnknownReceiver { refuse, keep };

// All partners, and who this gateway is in HL7 v2 messages.
struct Partners {
  std::string own_application = "FINGERPOST";
  std::string own_facility = "FINGERPOST";
  UnknownReceiver unknown_receiver = UnknownReceiver::refuse;  // with an empty list: always kept
  std::vector<Partner> list;

  const Partner* find(std::string_view id) const;
  const Partner* find_identifier(std::string_view system, std::string_view value) const;
  // The sender of a message; an empty name in the configuration matches any.
  const Partner* find_hl7_sender(std::string_view application, std::string_view facility) const;
  // Whose MESH mailbox it is, as our mailbox `ours` knows it.
  const Partner* find_mailbox(std::string_view ours, std::string_view theirs) const;
};

// Ids are there and unique, an identifier belongs to one partner, a channel has its address.
// `where` of the error is the partner's id.
Result<void> check(const Partners& partners);

}  // namespace fingerpost::exchange
