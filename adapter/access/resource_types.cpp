#include "access/resource_types.h"

#include "base/text.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::access {
namespace {

// R4 resourcelist.html, in order.
constexpr std::string_view types[] = {"Account",
                                      "ActivityDefinition",
                                      "AdverseEvent",
                                      "AllergyIntolerance",
                                      "Appointment",
                                      "AppointmentResponse",
                                      "AuditEvent",
                                      "Basic",
                                      "Binary",
                                      "BiologicallyDerivedProduct",
                                      "BodyStructure",
                                      "Bundle",
                                      "CapabilityStatement",
                                      "CarePlan",
                                      "CareTeam",
                                      "CatalogEntry",
                                      "ChargeItem",
                                      "ChargeItemDefinition",
                                      "Claim",
                                      "ClaimResponse",
                                      "ClinicalImpression",
                                      "CodeSystem",
                                      "Communication",
                                      "CommunicationRequest",
                                      "CompartmentDefinition",
                                      "Composition",
                                      "ConceptMap",
                                      "Condition",
                                      "Consent",
                                      "Contract",
                                      "Coverage",
                                      "CoverageEligibilityRequest",
                                      "CoverageEligibilityResponse",
                                      "DetectedIssue",
                                      "Device",
                                      "DeviceDefinition",
                                      "DeviceMetric",
                                      "DeviceRequest",
                                      "DeviceUseStatement",
                                      "DiagnosticReport",
                                      "DocumentManifest",
                                      "DocumentReference",
                                      "EffectEvidenceSynthesis",
                                      "Encounter",
                                      "Endpoint",
                                      "EnrollmentRequest",
                                      "EnrollmentResponse",
                                      "EpisodeOfCare",
                                      "EventDefinition",
                                      "Evidence",
                                      "EvidenceVariable",
                                      "ExampleScenario",
                                      "ExplanationOfBenefit",
                                      "FamilyMemberHistory",
                                      "Flag",
                                      "Goal",
                                      "GraphDefinition",
                                      "Group",
                                      "GuidanceResponse",
                                      "HealthcareService",
                                      "ImagingStudy",
                                      "Immunization",
                                      "ImmunizationEvaluation",
                                      "ImmunizationRecommendation",
                                      "ImplementationGuide",
                                      "InsurancePlan",
                                      "Invoice",
                                      "Library",
                                      "Linkage",
                                      "List",
                                      "Location",
                                      "Measure",
                                      "MeasureReport",
                                      "Media",
                                      "Medication",
                                      "MedicationAdministration",
                                      "MedicationDispense",
                                      "MedicationKnowledge",
                                      "MedicationRequest",
                                      "MedicationStatement",
                                      "MedicinalProduct",
                                      "MedicinalProductAuthorization",
                                      "MedicinalProductContraindication",
                                      "MedicinalProductIndication",
                                      "MedicinalProductIngredient",
                                      "MedicinalProductInteraction",
                                      "MedicinalProductManufactured",
                                      "MedicinalProductPackaged",
                                      "MedicinalProductPharmaceutical",
                                      "MedicinalProductUndesirableEffect",
                                      "MessageDefinition",
                                      "MessageHeader",
                                      "MolecularSequence",
                                      "NamingSystem",
                                      "NutritionOrder",
                                      "Observation",
                                      "ObservationDefinition",
                                      "OperationDefinition",
                                      "OperationOutcome",
                                      "Organization",
                                      "OrganizationAffiliation",
                                      "Parameters",
                                      "Patient",
                                      "PaymentNotice",
                                      "PaymentReconciliation",
                                      "Person",
                                      "PlanDefinition",
                                      "Practitioner",
                                      "PractitionerRole",
                                      "Procedure",
                                      "Provenance",
                                      "Questionnaire",
                                      "QuestionnaireResponse",
                                      "RelatedPerson",
                                      "RequestGroup",
                                      "ResearchDefinition",
                                      "ResearchElementDefinition",
                                      "ResearchStudy",
                                      "ResearchSubject",
                                      "RiskAssessment",
                                      "RiskEvidenceSynthesis",
                                      "Schedule",
                                      "SearchParameter",
                                      "ServiceRequest",
                                      "Slot",
                                      "Specimen",
                                      "SpecimenDefinition",
                                      "StructureDefinition",
                                      "StructureMap",
                                      "Subscription",
                                      "Substance",
                                      "SubstanceNucleicAcid",
                                      "SubstancePolymer",
                                      "SubstanceProtein",
                                      "SubstanceReferenceInformation",
                                      "SubstanceSourceMaterial",
                                      "SubstanceSpecification",
                                      "SupplyDelivery",
                                      "SupplyRequest",
                                      "Task",
                                      "TerminologyCapabilities",
                                      "TestReport",
                                      "TestScript",
                                      "ValueSet",
                                      "VerificationResult",
                                      "VisionPrescription"};

}  // namespace

std::span<const std::string_view> resource_types() {
  return types;
}

bool is_resource_type(std::string_view name) {
  return std::binary_search(std::begin(types), std::end(types), name);
}

std::string_view nearest_resource_type(std::string_view name) {
  constexpr std::size_t longest = 64;
  if (name.size() > longest) return {};
  std::string_view nearest;
  int least = static_cast<int>(name.size() / 3) + 2;
  for (const auto type : types) {
    const int edits = edit_distance(type, name);
    if (edits >= least) continue;
    least = edits;
    nearest = type;
  }
  return nearest;
}

}  // namespace fingerpost::access
