// The addresses of fhir-profiles/ that rules go by, said once.

#pragma once

#include <string_view>

namespace fingerpost::care {

#define FINGERPOST_PROFILES "https://fingerpost.example/"
#define FINGERPOST_CODES FINGERPOST_PROFILES "CodeSystem/"
#define FINGERPOST_STRUCTURE FINGERPOST_PROFILES "StructureDefinition/"

constexpr std::string_view thread_system = FINGERPOST_PROFILES "Id/referral-thread";
constexpr std::string_view service_system = FINGERPOST_PROFILES "Id/community-service";
constexpr std::string_view six_stages = FINGERPOST_PROFILES "PlanDefinition/six-stages";

constexpr std::string_view agreed_extension = FINGERPOST_STRUCTURE "agreed";
constexpr std::string_view attempt_extension = FINGERPOST_STRUCTURE "attempt";
constexpr std::string_view choice_offer_extension = FINGERPOST_STRUCTURE "choice-offer";
constexpr std::string_view cohort_change_extension = FINGERPOST_STRUCTURE "cohort-change";
constexpr std::string_view directory_source_extension = FINGERPOST_STRUCTURE "directory-source";
constexpr std::string_view disclosure_extension = FINGERPOST_STRUCTURE "disclosure";
constexpr std::string_view evaluated_extension = FINGERPOST_STRUCTURE "evaluated-criteria";
constexpr std::string_view identity_assurance_extension = FINGERPOST_STRUCTURE "identity-assurance";
constexpr std::string_view review_due_extension = FINGERPOST_STRUCTURE "review-due";
constexpr std::string_view sessions_extension = FINGERPOST_STRUCTURE "sessions";
constexpr std::string_view thread_extension = FINGERPOST_STRUCTURE "thread";
constexpr std::string_view tier_extension = FINGERPOST_STRUCTURE "tier";
constexpr std::string_view tier_reason_extension = FINGERPOST_STRUCTURE "tier-reason";

constexpr std::string_view cohort_profile = FINGERPOST_STRUCTURE "cohort";
constexpr std::string_view community_service_profile = FINGERPOST_STRUCTURE "community-service";
constexpr std::string_view double_appointment_profile = FINGERPOST_STRUCTURE "double-appointment";
constexpr std::string_view invitation_profile = FINGERPOST_STRUCTURE "invitation";
constexpr std::string_view referral_task_profile = FINGERPOST_STRUCTURE "referral-task";
constexpr std::string_view referral_profile = FINGERPOST_STRUCTURE "social-prescribing-referral";
constexpr std::string_view stage_task_profile = FINGERPOST_STRUCTURE "stage-task";
constexpr std::string_view tier_flag_profile = FINGERPOST_STRUCTURE "tier-flag";

constexpr std::string_view budget_system = FINGERPOST_CODES "budget";
constexpr std::string_view business_status_system = FINGERPOST_CODES "referral-business-status";
constexpr std::string_view category_system = FINGERPOST_CODES "referral-category";
constexpr std::string_view cohort_change_system = FINGERPOST_CODES "cohort-change";
constexpr std::string_view outcome_system = FINGERPOST_CODES "referral-outcome";
constexpr std::string_view status_reason_system = FINGERPOST_CODES "referral-status-reason";
constexpr std::string_view task_code_system = FINGERPOST_CODES "personalised-care-task";
constexpr std::string_view tier_system = FINGERPOST_CODES "personalised-care-tier";

#undef FINGERPOST_STRUCTURE
#undef FINGERPOST_CODES
#undef FINGERPOST_PROFILES

}  // namespace fingerpost::care
