// Search answered the slow way: each SearchParameter's expression evaluated on each resource's
// tree, and R4's rules applied to the nodes as they stand there. It shares no code with
// adapter/search but the definitions; what it knows of dates, units and accents is as much as its
// tests make.

#pragma once

#include "search/plan.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

class Oracle {
 public:
  Oracle();
  ~Oracle();

  // The resource is there from now on, instead of an older one of the same id.
  void put(const std::string& json, const std::string& id, std::int64_t updated_us);
  void remove(const std::string& type, const std::string& id);

  struct Answer {
    std::vector<std::string> matches;  // "Patient/1", in order
    std::set<std::string> included;
  };
  // Of the pairs, _count and _total are not looked at.
  Answer search(const std::string& type, const std::vector<search::Pair>& pairs);

 private:
  struct Resource;
  struct Values;
  bool passes(const Resource& at, const std::string& name, const std::string& value);
  bool passes_one(const Resource& at, const std::string& code, const std::string& modifier,
                  const std::string& value);
  bool passes_reference(const Values& has, const std::string& code, const std::string& modifier,
                        const std::string& value);
  bool passes_filter(const Resource& at, std::string_view& text);
  bool passes_composite(const Resource& at, const std::string& code, const std::string& value);
  bool is_under(const std::string& one, const std::string& other, const std::string& code);
  bool missing(const Resource& at, const std::string& code);
  const Values& values(const Resource& at, const std::string& code);
  std::vector<const Resource*> targets(const Resource& at, const std::string& code);
  std::string sort_value(const Resource& at, const std::string& code, bool down);
  void include(const std::vector<search::Pair>& pairs, Answer& answer);
  std::set<std::string> include_one(const std::string& name, const std::string& value,
                                    const std::set<std::string>& from);

  std::map<std::string, std::shared_ptr<Resource>> resources_;  // by "Patient/1"
  std::map<std::string, std::int64_t> rows_;
  std::vector<std::pair<double, double>> near_;  // of the query that is being answered
  struct Parameters;
  std::unique_ptr<Parameters> parameters_;
};

}  // namespace fingerpost::test
