// What a site decides of personalised care, as the configuration says it.

#pragma once

#include "care/policy.h"

namespace fingerpost::command {

class Section;

void read_care(Section& section, care::Policy& policy);

}  // namespace fingerpost::command
