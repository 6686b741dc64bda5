#include "interaction/speaker.h"

namespace fingerpost::interaction {

exchange::Speaker speaker_of(const access::Caller& caller) {
  return {caller.local, caller.organisation, caller.partners};
}

}  // namespace fingerpost::interaction
