// What an HL7 v2 message only names, and what leads from one of its resources to another.
//
// Its action codes (tables 0287 and 0206) say what is to be done with each goal, problem, pathway
// and order. The maps mark what is only named (LI link, UN unlink, UC unchanged) by that code in
// meta.tag: what is stored of it stays, whatever the message says. Links (CarePlan.goal,
// Goal.addresses …) are gained, and end only when one of the two is unlinked or deleted: that a
// message leaves one out says nothing. Nor does a field that it leaves out take from what is known
// of a patient, goal, problem or plan: what "" takes away the maps mark by meta.tag
// urn:fingerpost:cleared. Labels of security stay. The tag urn:fingerpost:told has the time of an
// action (GOL-2, PRB-2).

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace fingerpost::exchange {

class Links {
 public:
  Links(const model::Definitions& definitions, const Tree& bundle);

  bool holds(std::string_view id) const;
  // Whether the message only names the resource of this id.
  bool named(std::string_view id) const;
  // When what it tells of the resource was done, where the message says so beside its own time.
  std::string_view told(std::string_view id) const;
  // Whether the message says that another patient has taken his place.
  bool replaced(std::string_view id) const;
  // What the message says of the one resource it says of the other, which it does not hold.
  void moved(const std::string& from, const std::string& to);
  // The marks are the message's, not the resource's.
  void unmark(Tree& resource) const;
  // What is to be stored of a resource of the message that is stored already; references of both
  // are Type/id. A patient who was merged into another stays so.
  Tree settle(std::string_view id, Tree incoming, Tree stored) const;

 private:
  struct Entry {
    std::string place;                           // "Goal/1"
    std::string action;                          // "LI", "UN", "UC"; "" for what is given whole
    std::set<std::string, std::less<>> cleared;  // elements that "" takes away
    std::string told;                            // FHIR dateTime
    bool deleted = false;
    bool replaced = false;
  };
  void gain(const Entry& entry, Tree& base, const Tree& incoming, const Tree& stored) const;
  void keep_unsaid(const Entry& entry, Tree& base, const Tree& stored) const;
  bool ends(const Entry& entry, std::string_view target) const;

  const model::Definitions& definitions_;
  std::map<std::string, Entry, std::less<>> entries_;  // by id
};

}  // namespace fingerpost::exchange
