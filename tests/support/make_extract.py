#!/usr/bin/env python3
"""Makes test extracts of EMIS and TPP, in their real headers, of invented people.

  make_extract.py tpp|emis FOLDER [--patients N] [--observations N] [--seed N] [--defects]

The same seed makes the same files. With --defects some rows are broken; what a report must say of
them is printed, a line each: severity, code, place. No real extract is public.
"""
import argparse
import csv
import io
import os
import random

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
FIRST = ["Ada", "Ben", "Cerys", "Dafydd", "Esme", "Farid", "Grace", "Hywel", "Iris", "Jos\u00e9"]
LAST = ["Ashdown", "Birchall", "Copeland", "Drystone", "Elmhurst", "Fairweather", "O\u2019Shea"]


def headers(format_name):
    """The columns of each table, as mappings/<format>/tables.txt has them."""
    path = os.path.join(os.path.dirname(__file__), "../../mappings", format_name, "tables.txt")
    tables = {}
    name = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words and words[0] in ("table", "part", "lookup"):
                name = words[1]
                tables[name] = []
            elif words and words[0] in ("columns", "maybe"):
                tables[name] += words[1:]
    return tables


def nhs_number(n):
    """A number of the range that is never given to anybody: 999…"""
    while True:
        digits = "999%06d" % (n % 1000000)
        check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)
        n += 500000 + 1


class Extract:
    def __init__(self, format_name, seed):
        self.columns = headers(format_name)
        self.random = random.Random(seed)
        self.rows = {}
        self.defects = []

    def add(self, table, **values):
        known = self.columns[table]
        for name in values:
            assert name in known, (table, name)
        self.rows.setdefault(table, []).append([str(values.get(name, "")) for name in known])
        return len(self.rows[table]) + 1  # as a spreadsheet counts

    def expect(self, severity, code, place):
        self.defects.append(f"{severity} {code} {place}")

    def date(self):
        return self.random.randint(2019, 2026), self.random.randint(1, 12), self.random.randint(1, 28)

    def write(self, folder, charset, file_name):
        os.makedirs(folder, exist_ok=True)
        for table, rows in self.rows.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            writer.writerow(self.columns[table])
            for row in rows:
                if len(row) == 1 and row[0].startswith("RAW:"):
                    text.write(row[0][4:] + "\r\n")
                else:
                    writer.writerow(row)
            with open(os.path.join(folder, file_name(table)), "wb") as out:
                out.write(text.getvalue().encode(charset))


def tpp_date(extract, time=True):
    year, month, day = extract.date()
    text = f"{day:02d} {MONTHS[month - 1]} {year}"
    return text + f" {extract.random.randint(8, 18):02d}:{extract.random.randint(0, 59):02d}:00" if time else text


def tpp(extract, patients, defects):
    lists = {1: "Wellbeing", 2: "Walk every day", 3: "High", 4: "Referred", 5: "Urgent", 6: "Non-urgent",
             7: "Social prescribing", 8: "Weekly"}
    for key, text in lists.items():
        extract.add("SRMapping", RowIdentifier=key, IdMappingGroup=9, Mapping=text)
    extract.add("SRConfiguredListOption", RowIdentifier=900, ConfiguredList=1, ConfiguredListOption="Befriending")
    extract.add("SROrganisation", RowIdentifier=1, Name="Hillside Example Surgery", ID="Z90001")
    extract.add("SRStaffMemberProfile", RowIdentifier=50, IDStaffMemberProfileRole=1, StaffRole="Link worker",
                IDStaffMember=60, IDOrganisation="Z90001")
    for n in range(1, patients + 1):
        tpp_patient(extract, n)
    if defects:
        tpp_defects(extract)
    tables = sorted(extract.rows)
    for table in tables:
        extract.add("SRManifest", FileName=table, IsDelta="N", IsReference="N",
                    DateExtractFrom="20261121_0200", DateExtractTo="20261122_0200")


def tpp_patient(extract, n):
    who = dict(IDPatient=n, IDOrganisation="Z90001", IDEvent=1000 + n, IDOrganisationVisibleTo="Z90001")
    event = dict(who, DateEvent=tpp_date(extract), DateEventRecorded=tpp_date(extract), IDProfileEnteredBy=50)
    pick = extract.random.choice
    extract.add("SRPatient", RowIdentifier=n, FirstName=pick(FIRST), Surname=pick(LAST), NHSNumber=nhs_number(n),
                DateBirth=tpp_date(extract, False) + " 00:00", Gender=pick(["M", "F"]), IDOrganisationVisibleTo="Z90001")
    extract.add("SRGoal", RowIdentifier=n, GoalCategory=1, GoalType=2, GoalImportance=3, DateGoalTarget=tpp_date(extract),
                ActionPlanPatientConfidence="8 of 10", **event)
    extract.add("SRCarePlanDetail", RowIdentifier=n, NameOfCarePlanUsed="My plan", Aim="Enabling", **event)
    extract.add("SRCarePlanItem", RowIdentifier=n, IDCarePlan=n, DateAdded=tpp_date(extract),
                Instruction="Join the allotment \u2013 Tuesdays, \"first steps\"", IDProfileEnteredBy=50, **who)
    extract.add("SRCarePlanFrequency", RowIdentifier=n, IDCarePlanDetail=n, FrequencyOfCareOccurrence=2,
                FrequencyTypeOfCareOccurrence=8, DateStart=tpp_date(extract), **event)
    extract.add("SRCarePlanReview", RowIdentifier=n, IDCarePlan=n, DateDue=tpp_date(extract), IDProfileEnteredBy=50, **who)
    extract.add("SRNeeds", RowIdentifier=n, NeedName="Loneliness", NeedPriority=3, DateStart=tpp_date(extract), **event)
    extract.add("SRReferralOut", RowIdentifier=n, Reason=900, Urgency=pick([5, 6]), ServiceOffered=175137,
                RecipientID="Example Befriending Group", IDProfileReferrer=50, **event)
    step = dict(who, DateEvent=tpp_date(extract), IDProfileEnteredBy=50)
    extract.add("SRReferralOutStatusDetails", RowIdentifier=n, StatusOfReferralOut=4, IDReferralOut=n, **step)
    extract.add("SRRecall", RowIdentifier=n, DateRecall=tpp_date(extract), RecallType="Wellbeing review",
                RecallStatus="Pending", **event)


def tpp_defects(extract):
    who = dict(IDPatient=1, IDOrganisation="Z90001", IDEvent=5)
    base = dict(who, DateEvent="01 Feb 2026 10:00:00", IDProfileEnteredBy=50)
    row = extract.add("SRGoal", RowIdentifier=9001, GoalType=777, **base)
    extract.expect("warning", "not-found", f"SRGoal.csv row {row} GoalType")
    row = extract.add("SRGoal", RowIdentifier=9002, GoalType=2, DateGoalTarget="31 Feb 2026 00:00:00", **base)
    extract.expect("warning", "value", f"SRGoal.csv row {row} DateGoalTarget")
    row = extract.add("SRGoal", GoalType=2, **base)
    extract.expect("error", "required", f"SRGoal.csv row {row} RowIdentifier")
    row = extract.add("SRGoal", RowIdentifier=9003, GoalType=2, DateEvent="01 Feb 2026 10:00:00")
    extract.expect("error", "required", f"SRGoal.csv row {row}")
    extract.rows["SRGoal"].append(["RAW:too,few,fields"])
    extract.expect("error", "structure", f"SRGoal.csv row {row + 1}")
    extract.rows["SRGoal"].append(["RAW:9004,\"Z90\"001,x"])
    extract.expect("error", "structure", f"SRGoal.csv row {row + 2}")
    row = extract.add("SRCarePlanItem", RowIdentifier=9005, IDCarePlan=8888, Instruction="Belongs to nothing", **who)
    extract.expect("error", "not-found", f"SRCarePlanItem.csv row {row}")
    row = extract.add("SRReferralOut", RowIdentifier=9006, Urgency="Quite soon", **base)
    extract.expect("warning", "code-invalid", f"SRReferralOut.csv row {row} Urgency")


def guid(extract):
    text = "%032X" % extract.random.getrandbits(128)
    return "{" + "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]]) + "}"


def emis(extract, patients, observations, defects):
    organisation = guid(extract)
    closed = guid(extract)
    user = guid(extract)
    for who, disabled in ((organisation, "false"), (closed, "true")):
        extract.add("Agreements_SharingOrganisation", OrganisationGuid=who, IsActivated="true",
                    LastModifiedDate="2026-01-01", Disabled=disabled, Deleted="false")
        extract.add("Admin_Organisation", OrganisationGuid=who, OrganisationName="Hillside Example Surgery",
                    ODSCode="Z90001", OrganisationType="GP Practice")
    extract.add("Coding_ClinicalCode", CodeId=1, Term="Referral to social prescribing service", ReadTermId="8T09.00",
                SnomedCTConceptId="871731000000106", EmisCodeCategoryDescription="Referral")
    extract.add("Coding_ClinicalCode", CodeId=2, Term="Wellbeing score", ReadTermId="^ESCT123456",
                EmisCodeCategoryDescription="Value")
    extract.add("Admin_UserInRole", UserInRoleGuid=user, OrganisationGuid=organisation, GivenName="Grace",
                Surname="Fairweather", JobCategoryCode="R9815", JobCategoryName="Social Prescribing Link Worker")
    people = [guid(extract) for _ in range(patients)]
    base = dict(OrganisationGuid=organisation, Deleted="false", IsConfidential="false")
    for n, person in enumerate(people):
        extract.add("Admin_Patient", PatientGuid=person, Sex=extract.random.choice("MF"), DateOfBirth=day(extract),
                    GivenName=extract.random.choice(FIRST), Surname=extract.random.choice(LAST),
                    NhsNumber=nhs_number(n), **base)
        extract.add("CareRecord_Diary", DiaryGuid=guid(extract), PatientGuid=person, EffectiveDate=day(extract),
                    EffectiveDatePrecision="YM", EnteredDate=day(extract), EnteredTime="10:30:00", CodeId=2,
                    OriginalTerm="Wellbeing review", DurationTerm="3 months", IsActive="true", IsComplete="false", **base)
        observed = guid(extract)
        extract.add("CareRecord_ObservationReferral", ObservationGuid=observed, PatientGuid=person,
                    OrganisationGuid=organisation, ReferralUrgency="Routine", ReferralServiceType="Assessment",
                    ReferralMode="Written")
        extract.add("CareRecord_Observation", ObservationGuid=observed, PatientGuid=person, EffectiveDate=day(extract),
                    EffectiveDatePrecision="YMD", EnteredDate=day(extract), EnteredTime="10:30:00", CodeId=1,
                    ClinicianUserInRoleGuid=user, AssociatedText="Would like to meet people,\r\nnear home.", **base)
    for _ in range(observations):
        extract.add("CareRecord_Observation", ObservationGuid=guid(extract), PatientGuid=extract.random.choice(people),
                    EffectiveDate=day(extract), EffectiveDatePrecision="YMD", EnteredDate=day(extract),
                    EnteredTime="10:30:00", CodeId=2, ClinicianUserInRoleGuid=user, EnteredByUserInRoleGuid=user,
                    Value=extract.random.randint(0, 40), NumericUnit="score", **base)
    if defects:
        emis_defects(extract, base, people[0], closed)


def day(extract):
    return "%04d-%02d-%02d" % extract.date()


def emis_defects(extract, base, person, closed):
    name = "291_CareRecord_Observation_20261122020000_A1.csv"
    row = extract.add("CareRecord_Observation", ObservationGuid=guid(extract), PatientGuid=person, CodeId=77, **base)
    extract.expect("warning", "not-found", f"{name} row {row} CodeId")
    row = extract.add("CareRecord_Observation", ObservationGuid=guid(extract), PatientGuid=person, CodeId=2,
                      EffectiveDate="2026-02-01", EffectiveDatePrecision="Q", **base)
    extract.expect("warning", "code-invalid", f"{name} row {row} EffectiveDatePrecision")
    row = extract.add("CareRecord_Observation", ObservationGuid=guid(extract), CodeId=2, **base)
    extract.expect("error", "required", f"{name} row {row}")
    row = extract.add("CareRecord_Observation", ObservationGuid=guid(extract), PatientGuid=person, CodeId=2, Value="lots", **base)
    extract.expect("warning", "value", f"{name} row {row} Value")
    extract.add("CareRecord_Observation", ObservationGuid=guid(extract), PatientGuid=person, CodeId=2,
                **dict(base, OrganisationGuid=closed))
    extract.expect("information", "business-rule", name)
    row = extract.add("CareRecord_ObservationReferral", ObservationGuid=guid(extract), PatientGuid=person,
                      OrganisationGuid=base["OrganisationGuid"], ReferralUrgency="Soon")
    place = f"291_CareRecord_ObservationReferral_20261122020000_A1.csv row {row}"
    extract.expect("warning", "code-invalid", place + " ReferralUrgency")
    extract.expect("warning", "not-found", place)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("format", choices=["tpp", "emis"])
    arguments.add_argument("folder")
    arguments.add_argument("--patients", type=int, default=10)
    arguments.add_argument("--observations", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--defects", action="store_true")
    chosen = arguments.parse_args()
    extract = Extract(chosen.format, chosen.seed)
    if chosen.format == "tpp":
        tpp(extract, chosen.patients, chosen.defects)
        extract.write(chosen.folder, "cp1252", lambda table: table + ".csv")
    else:
        emis(extract, chosen.patients, chosen.observations, chosen.defects)
        extract.write(chosen.folder, "utf-8", lambda table: f"291_{table}_20261122020000_A1.csv")
    print("".join(line + "\n" for line in extract.defects), end="")


if __name__ == "__main__":
    main()
