#include "exchange/referral_checks.h"

#include "care/names.h"
#include "exchange/delivery.h"
#include "exchange/extension.h"
#include "exchange/referral_step.h"
#include "model/json.h"

#include <string>
#include <utility>

namespace fingerpost::exchange {

Result<Before> read_before(const Parts& parts, Neighbourhood& near, std::string_view body) {
  Before before;
  if (body.empty()) return before;
  LET(auto read, model::read_json(parts.definitions, std::string(body), parts.limits));
  before.tree = std::move(read.tree);
  if (!is_referral(near, before.task())) return before;
  LET(before.status, status_of(before.task()));
  return before;
}

std::string_view reference_of(NodeRef task, std::string_view element) {
  return child_text(child(task, element), "reference");
}

Result<void> check_kept(const Parts& parts, Neighbourhood& near, const Before& before,
                        NodeRef task) {
  if (!before.status || *before.status == care::Status::draft) return {};
  const auto was = reference_of(before.task(), "focus");
  const auto is = reference_of(task, "focus");
  const auto was_at = read_reference(was);
  const auto is_at = read_reference(is);
  if (was != is && (was_at.id.empty() || was_at.type != is_at.type || was_at.id != is_at.id))
    return Error{Kind::unsupported, "a referral's request stays the same", "Task.focus"};
  if (find_partner(parts, near, child(before.task(), "requester")) !=
      find_partner(parts, near, child(task, "requester")))
    return Error{Kind::unsupported, "a referral's requester stays the same", "Task.requester"};
  return {};
}

Result<void> check_removal(const Before& before) {
  if (!before.status || !care::open(*before.status)) return {};
  return Error{Kind::conflict, "an open referral is cancelled before it is deleted", "Task.status"};
}

Result<void> check_first(NodeRef task) {
  LET(const auto status, status_of(task));
  LET_DONE(care::check_transition({}, status));
  if (status == care::Status::completed && !child(task, "output"))
    return Error{Kind::unsupported, "a referral is completed with its outcome", "Task.output"};
  return {};
}

Result<void> check_choice(Neighbourhood& near, const Before& before, NodeRef task) {
  const bool sent = child_text(task, "status") == "requested" &&
                    (!before.status || *before.status == care::Status::draft);
  const auto* request = sent ? near.find(reference_of(task, "focus")) : nullptr;
  if (request == nullptr || !claims(request->node, care::referral_profile) ||
      child_text(request->node, "intent") != "order" ||
      extension(request->node, care::choice_offer_extension))
    return {};
  return Error{Kind::unsupported,
               "an order says that the person was offered a choice of providers, or why not",
               "ServiceRequest.extension"};
}

Result<void> check_claim(const Before& before, NodeRef task, bool named_version) {
  const bool claimed = care::has(care::in_asked, *before.status) &&
                       !child(before.task(), "owner") && child(task, "owner");
  if (!claimed || named_version) return {};
  return Error{Kind::conflict, "a referral that anybody may claim is claimed with If-Match",
               "If-Match"};
}

bool asks_owner(care::Event event, const Before& before, NodeRef task) {
  const bool reminds = has_business_status(task, reminded_code) &&
                       !has_business_status(before.task(), reminded_code);
  return event == care::Event::ask_cancel || reminds;
}

Result<void> check_owner(NodeRef task) {
  LET(const auto status, status_of(task));
  const bool works = care::has(care::in_work, status) || status == care::Status::completed;
  if (!works || child(task, "owner")) return {};
  return Error{Kind::unsupported, "a referral that a service works on has an owner", "Task.owner"};
}

}  // namespace fingerpost::exchange
