// The operations of personalised care, each a commit of its own or none: what a referral may do
// next stands in care/loop.h, and what they are asked with in operation_parameters.cpp.

#pragma once

#include "interaction/operations.h"

namespace fingerpost::interaction {

// ServiceRequest/$refer: asks a service, or any that claims it, by a new Task.
void refer(const Session& session, const OperationCall& call, Done done);
// ServiceRequest/$where-is-it: who has it, since when, what was last sent, what is overdue.
Answer where_is_it(const Session& session, const OperationCall& call);

// Task/$accept … : an event of the table, by its party.
void accept(const Session& session, const OperationCall& call, Done done);
void reject(const Session& session, const OperationCall& call, Done done);
void cancel(const Session& session, const OperationCall& call, Done done);
void complete(const Session& session, const OperationCall& call, Done done);

// CarePlan/$agree: the plan of a person and a practitioner becomes theirs.
void agree(const Session& session, const OperationCall& call, Done done);
// CarePlan/$review: goals, activities, budget and the next review, together or not at all.
void review(const Session& session, const OperationCall& call, Done done);
// Patient/$care-plan: one plan of all that there are, duplicates folded, with its timeline.
Answer care_plan(const Session& session, const OperationCall& call);

// Group/$evaluate-cohort: who meets the criteria now, who joined, who left, and why.
void evaluate_cohort(const Session& session, const OperationCall& call, Done done);

// HealthcareService/$import-directory: a page of an Open Referral UK or HSDS feed, whole or not.
void import_directory(const Session& session, const OperationCall& call, Done done);

}  // namespace fingerpost::interaction
