#include "interaction/everything.h"
#include "interaction/query.h"
#include "search/search.h"

#include <algorithm>
#include <memory>

namespace fingerpost::interaction {
namespace {

using search::Parameters;

// How a patient's resources of one type are found.
struct Way {
  std::string type;
  std::string parameter;  // "": by the compartment
};

// Of every type that may be a patient's, in the order of the pages.
std::vector<Way> ways_of(const Parameters& parameters) {
  std::vector<Way> ways;
  const auto known = [&](const Way& way) { return !ways.empty() && ways.back().type == way.type; };
  const auto& definitions = parameters.definitions();
  for (const auto& type : definitions.types()) {
    if (type.model != model::Model::r4 || type.kind != model::TypeKind::resource) continue;
    const std::string name(definitions.names().text(type.name));
    if (name == "Patient") continue;
    if (parameters.compartment("Patient", name) != nullptr) ways.push_back({name, ""});
    for (const char* code : {"patient", "subject"}) {
      const auto& key = parameters.key(parameters.find(name, code));
      const bool his =
          key.kind == model::SearchType::reference && !key.custom &&
          std::find(key.targets.begin(), key.targets.end(), "Patient") != key.targets.end();
      if (his && !known({name, code})) ways.push_back({name, code});
    }
  }
  std::sort(ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.type < b.type; });
  return ways;
}

class PatientsPage {
 public:
  PatientsPage(const Session& session, const EverythingAsked& asked)
      : session_(session),
        context_(session.context),
        asked_(asked),
        parameters_(context_.parameters.now()),
        ways_(ways_of(*parameters_)) {}

  // A place is "r", the type and the cursor of its search; then "f", the type and the id of what is
  // referred to.
  Result<EverythingPage> run() {
    LET(auto patient, session_.reader.read("Patient", asked_.id));
    if (asked_.after.empty() && asked_.wants(patient)) page_.resources.push_back(patient);
    const bool begun = !asked_.after.empty();
    if (begun && asked_.after.size() != 3)
      return Error{Kind::invalid, "the cursor is not of this request", "_cursor"};
    Found place;
    if (begun && asked_.after[0] == "f") {
      place = {asked_.after[1], asked_.after[2]};
    } else {
      LET(const bool full, take_his(begun));
      if (full) return std::move(page_);
    }
    if (wants_others()) LET_DONE(take_others(patient, std::move(place)));
    return std::move(page_);
  }

 private:
  bool is_full() const {
    return asked_.count > 0 && page_.resources.size() >= static_cast<std::size_t>(asked_.count);
  }

  bool is_his(std::string_view type) const {
    return type == "Patient" || std::any_of(ways_.begin(), ways_.end(),
                                            [&](const Way& way) { return way.type == type; });
  }

  bool wants_others() const {
    return asked_.types.empty() ||
           std::any_of(asked_.types.begin(), asked_.types.end(),
                       [&](const std::string& type) { return !is_his(type); });
  }

  // The criteria for one type, with the care dates that are asked for where it has such.
  std::vector<search::Pair> criteria(const Way& way) const {
    std::vector<search::Pair> pairs;
    if (!way.parameter.empty()) pairs.emplace_back(way.parameter, "Patient/" + asked_.id);
    const auto& key = parameters_->key(parameters_->find(way.type, "date"));
    if (key.code.empty() || key.kind != model::SearchType::date) return pairs;
    if (!asked_.start.empty()) pairs.emplace_back("date", "ge" + asked_.start);
    if (!asked_.end.empty()) pairs.emplace_back("date", "le" + asked_.end);
    return pairs;
  }

  Result<store::Page> search(const Way& way, const std::vector<search::Pair>& pairs) const {
    auto query = query_of(context_, way.type, pairs);
    if (way.parameter.empty()) query.compartment = search::Compartment{"Patient", asked_.id};
    LET(const auto plan, search::plan(*parameters_, query, context_.limits));
    return search_all(session_, plan);
  }

  // True: the page is full, and its `next` set.
  Result<bool> take_his(bool begun) {
    for (const auto& way : ways_) {
      if (!asked_.wants(way.type) || (begun && way.type < asked_.after[1])) continue;
      std::string cursor = begun && way.type == asked_.after[1] ? asked_.after[2] : "";
      auto pairs = criteria(way);
      if (!asked_.since.empty()) pairs.emplace_back("_lastUpdated", "ge" + asked_.since);
      do {
        if (is_full()) {
          page_.next = {"r", way.type, cursor};
          return true;
        }
        LET(cursor, take_some(way, pairs, cursor));
      } while (!cursor.empty());
    }
    return false;
  }

  // The cursor of what is left.
  Result<std::string> take_some(const Way& way, std::vector<search::Pair> pairs,
                                const std::string& cursor) {
    const auto most = static_cast<std::size_t>(context_.limits.page_max);
    const auto room =
        asked_.count == 0 ? most : static_cast<std::size_t>(asked_.count) - page_.resources.size();
    pairs.emplace_back("_count", std::to_string(std::min(room, most)));
    if (!cursor.empty()) pairs.emplace_back("_cursor", cursor);
    LET(auto found, search(way, pairs));
    for (auto& hit : found.hits) page_.resources.push_back(std::move(hit.resource));
    if (page_.resources.size() > context_.limits.everything) return too_much(context_.limits);
    return std::move(found.next);
  }

  Result<void> take_others(const store::Stored& patient, Found place) {
    std::optional<Found> next = place;
    if (!is_full()) {
      LET(const auto others, referred(patient));
      LET(next, take_page(session_, asked_, others, std::move(place), page_));
    }
    if (next) page_.next = {"f", next->first, next->second};
    return {};
  }

  // What his resources refer to, but for what is some patient's.
  Result<std::set<Found>> referred(const store::Stored& patient) const {
    std::set<Found> found;
    std::size_t looked = 0;
    const auto follow = [&](const store::Stored& stored) -> Result<void> {
      LET(auto all, referred_by(context_, stored));
      for (auto& one : all)
        if (!is_his(one.first)) found.insert(std::move(one));
      if (++looked + found.size() > context_.limits.everything) return too_much(context_.limits);
      return {};
    };
    LET_DONE(follow(patient));
    for (const auto& way : ways_) {
      auto pairs = criteria(way);
      pairs.emplace_back("_count", std::to_string(context_.limits.page_max));
      const auto plain = pairs.size();
      for (bool more = true; more;) {
        LET(const auto some, search(way, pairs));
        for (const auto& hit : some.hits) LET_DONE(follow(hit.resource));
        more = !some.next.empty();
        pairs.resize(plain);
        if (more) pairs.emplace_back("_cursor", some.next);
      }
    }
    return found;
  }

  const Session& session_;
  const Context& context_;
  const EverythingAsked& asked_;
  const std::shared_ptr<const Parameters> parameters_;
  const std::vector<Way> ways_;
  EverythingPage page_;
};

}  // namespace

Result<EverythingPage> everything_of_patient(const Session& session, const EverythingAsked& asked) {
  return PatientsPage(session, asked).run();
}

}  // namespace fingerpost::interaction
