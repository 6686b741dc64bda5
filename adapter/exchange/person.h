// Whom a referral is about: of nobody else may anything reach its owner.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/numbers.h"

#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// The Task and what is found in `near` must outlive it.
class Person {
 public:
  Person(Neighbourhood& near, NodeRef task);

  // Whether the request is about whom the Task is for, as far as they say it.
  bool has_request() const { return has_request_; }
  // Whether a resource is his: it refers to him as the Task or its request does, to a Patient who
  // was merged into him, or to no Patient but by an identifier of his, its own contained Patient's
  // too. A number that a Patient of another reference has in common with him is not enough: who
  // writes the one need not be he who may see the other. What speaks of no person, of a place
  // perhaps, is his too; what says nothing of whose it is is not.
  bool owns(const Resource& resource);

  enum class Says { nothing, no_person, person };
  static Says says(NodeRef resource);

 private:
  struct Named {
    std::string_view reference;  // as it is written
    Place place;                 // of a Patient; else none
    Numbers numbers;
  };
  Named named(NodeRef holder, NodeRef reference);
  bool is_merged(Place one, const Place& into);
  bool is_his(const Place& place);

  Neighbourhood& near_;
  const Resource* request_;
  std::vector<Named> names_;
  bool has_request_ = true;
};

}  // namespace fingerpost::exchange
