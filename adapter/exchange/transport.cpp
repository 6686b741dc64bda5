#include "exchange/transport.h"

#include "exchange/delivery.h"
#include "exchange/neighbourhood.h"
#include "exchange/outward.h"
#include "exchange/same_content.h"
#include "model/json.h"

#include <memory>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

using remote::Answer;
using remote::Outcome;

remote::FhirClientOptions with_bases(remote::FhirClientOptions options, const Partners& partners) {
  for (const auto& partner : partners.list)
    if (partner.channel == Channel::fhir) options.bases.push_back(partner.fhir_base);
  return options;
}

remote::MllpRequest mllp_request(const store::OutboxRow& row, const Partner& partner) {
  const auto& road = partner.mllp;
  remote::MllpRequest request;
  request.host = partner.host;
  request.port = partner.port;
  request.message = row.body;
  request.control_id = control_id(row.idempotency_key);
  request.answered = row.kind != hl7v2_answer_kind;
  request.keep_open = road.keep_open;
  request.both_answers = road.answers == AnswerMode::enhanced;
  if (road.tls)
    request.tls = remote::TlsOptions{road.ca_file, road.cert_file, road.key_file, road.pins};
  return request;
}

}  // namespace

// A transaction that delivery.cpp wrote, compared piece by piece with what the peer shows of it.
// One request at a time; everything after the first is on the client's thread.
class Wires::LookUp : public std::enable_shared_from_this<LookUp> {
 public:
  LookUp(Wires& wires, const Partner& partner, Done done)
      : wires_(wires), base_(partner.fhir_base), done_(std::move(done)) {}

  void run(const std::string& transaction) {
    const auto& parts = wires_.parts_;
    auto read = model::read_json(parts.definitions, transaction, parts.limits);
    if (read) sent_.emplace(std::move(read->tree));
    if (sent_) entry_ = child({&*sent_, sent_->root()}, "entry").node;
    if (entry_ == no_node) return done_({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
    ask();
  }

 private:
  void ask() {
    const auto place = child_text(child({&*sent_, entry_}, "request"), "url");
    wires_.fhir_.send({base_ + "/" + std::string(place), "", ""},
                      [self = shared_from_this()](const Answer& answer) { self->take(answer); });
  }

  void take(const Answer& answer) {
    constexpr int not_found = 404, gone = 410;
    if (answer.status == not_found || answer.status == gone)
      return done_({Outcome::later, "the peer does not have it", 0, answer.status, ""});
    if (answer.outcome != Outcome::delivered) return done_(answer);
    const auto& parts = wires_.parts_;
    const auto read = model::read_json(parts.definitions, answer.body, parts.limits);
    if (!read)
      return done_(
          {Outcome::unknown, "what the peer has cannot be compared", 0, answer.status, ""});
    if (!same_content(child({&*sent_, entry_}, "resource"), {&read->tree, read->tree.root()},
                      base_))
      return done_({Outcome::later, "the peer has another content", 0, answer.status, ""});
    entry_ = sent_->next_same(entry_);
    if (entry_ != no_node) return ask();
    done_({Outcome::delivered, "the peer has it already", 0, answer.status, ""});
  }

  Wires& wires_;
  const std::string base_;
  Done done_;
  std::optional<Tree> sent_;
  NodeId entry_ = no_node;
};

Wires::Wires(const Parts& parts, remote::FhirClientOptions fhir, remote::MllpClientOptions mllp)
    : parts_(parts),
      fhir_(with_bases(std::move(fhir), parts.partners), parts.clock),
      mllp_(std::move(mllp)) {}

void Wires::send(const store::OutboxRow& row, const Partner& partner, Done done) {
  if (const auto other = others_.find(partner.channel); other != others_.end())
    return other->second->send(row, partner, std::move(done));
  const bool fhir = row.kind == fhir_kind && partner.channel == Channel::fhir;
  const bool hl7v2 = row.kind == hl7v2_kind || row.kind == hl7v2_answer_kind;
  const bool mllp = hl7v2 && partner.channel == Channel::mllp;
  if (fhir) return fhir_.send({partner.fhir_base, row.body, row.idempotency_key}, std::move(done));
  if (!mllp) return done({Outcome::refused, "the partner is not reached this way", 0, 0, ""});
  mllp_.send(mllp_request(row, partner), std::move(done));
}

void Wires::look_up(const store::OutboxRow& row, const Partner& partner, Done done) {
  if (const auto other = others_.find(partner.channel); other != others_.end())
    return other->second->look_up(row, partner, std::move(done));
  if (row.kind != fhir_kind) return done({Outcome::unknown, "the peer cannot be asked", 0, 0, ""});
  std::make_shared<LookUp>(*this, partner, std::move(done))->run(row.body);
}

}  // namespace fingerpost::exchange
