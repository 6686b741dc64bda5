#!/usr/bin/env python3
"""Who may do what: a reference that shares nothing with the gateway but the rules as they are written
(adapter/command/CONFIGURATION.md, Clients and Rows). It makes a small world at random and prints it,
then questions with the answers that are right; tests/http/authorisation_model_test.cpp asks them.

  put METHOD-URL JSON                       what is stored, in order
  ask ORGANISATION LABELS SCOPE METHOD URL BODY STATUS [IDS]
                                            who asks what, and what he is to be told; "-": none

Columns are parted by tabs."""
import json
import random
import sys

SEED, QUESTIONS = 20261123, int(sys.argv[1]) if len(sys.argv) > 1 else 2000
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
CODES = ["A81001", "B81002"]
OPEN = {"Organization", "Practitioner", "Location"}
PATIENT_OF = {"CarePlan": "subject", "Observation": "subject", "ServiceRequest": "subject", "Task": "for",
              "Goal": "subject", "List": "subject", "Consent": "patient"}
TIES = {"Patient": ["generalPractitioner", "managingOrganization"], "ServiceRequest": ["requester", "performer"],
        "Task": ["requester", "owner"]}
TYPES = ["Patient"] * 4 + ["CarePlan"] * 4 + ["Observation", "ServiceRequest", "ServiceRequest", "Task", "Task",
                                              "Task", "Organization", "Practitioner", "List", "Provenance",
                                              "Consent"]
dice = random.Random(SEED)


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def labels_of(resource):
    found = set()
    for label in resource.get("meta", {}).get("security", []):
        if label["code"] in ("R", "V", "NOPAT"):
            found.add(label["code"])
        elif label["system"].endswith("Confidentiality") and label["code"] not in ("U", "L", "M", "N"):
            found.add("R")
    return found


class World:
    def __init__(self):
        self.versions, self.whose, self.seen_from = {}, {}, {}

    def current(self):
        return {name: versions[-1] for name, versions in self.versions.items()}

    def place(self, name, resource):
        """The patient's id; "all"; or None: nobody can tell."""
        kind = resource["resourceType"]
        if kind == "Patient":
            return name[1]
        if kind in OPEN:
            return "all"
        if kind == "Provenance":
            places = set()
            for target in resource["target"]:
                whole = target.get("reference", "")
                if "//" in whole or "/" not in whole:
                    return None
                places.add(self.whose.get(tuple(whole.split("/"))))
            places.discard("all")
            return places.pop() if len(places) == 1 else None if places else "all"
        reference = (resource.get(PATIENT_OF[kind]) or {}).get("reference", "")
        return reference[8:] if reference.startswith("Patient/") else None

    def put(self, name, resource):
        place = self.place(name, resource)
        versions = self.versions.setdefault(name, [])
        if versions:
            lost = labels_of(versions[-1]) - labels_of(resource)
            if lost or self.whose[name] != place or resource["resourceType"] == "Provenance":
                self.seen_from[name] = len(versions) + 1
        versions.append(resource)
        self.whose[name] = place


class Eyes:
    def __init__(self, world, organisation, labels):
        self.world, self.labels = world, labels
        current = world.current()
        own = {("code", organisation)}
        for name, resource in current.items():
            if name[0] == "Organization" and self.allows(resource):
                if any(one["value"] == organisation for one in resource.get("identifier", [])):
                    own.add(("place", name[1]))
        self.related = set()
        for name, resource in current.items():
            if not self.allows(resource) or resource.get("status") == "entered-in-error":
                continue
            for element in TIES.get(name[0], []):
                for party in as_list(resource.get(element)):
                    if self.party(party) in own:
                        self.related.add(world.whose[name])
            rule = resource.get("provision", {})
            if name[0] == "Consent" and self.in_force(resource) and rule.get("type") == "permit":
                if rule.keys() == {"type", "actor"} and any(
                        self.party(one["reference"]) in own for one in rule["actor"]):
                    self.related.add(world.whose[name])
        for name, resource in current.items():
            if name[0] == "Patient" and not self.allows(resource):
                self.related.discard(name[1])
            elif name[0] == "Consent" and self.refuses(resource, own):
                self.related.discard(world.whose[name])
        self.related.discard(None)

    @staticmethod
    def in_force(consent):
        return consent["status"] == "active" and consent["scope"]["coding"][0]["code"] == "patient-privacy"

    def refuses(self, consent, own):
        rules = [consent.get("provision", {})]
        rules += rules[0].get("provision", [])
        for rule in rules if self.in_force(consent) else []:
            if rule.get("type") == "deny":
                actors = [one["reference"] for one in rule.get("actor", [])]
                if not actors or any(self.party(one) in own or self.party(one) is None for one in actors):
                    return True
        return False

    @staticmethod
    def party(party):
        if party.get("reference", "").startswith("Organization/"):
            return ("place", party["reference"][13:])
        if "reference" not in party and party.get("identifier", {}).get("system") == ODS:
            return ("code", party["identifier"]["value"])
        return None

    def allows(self, resource):
        return labels_of(resource) <= self.labels

    def sees(self, name, version=None):
        if name not in self.world.versions or not self.allows(self.world.current()[name]):
            return False
        if version is not None and not self.world.seen_from.get(name, 1) <= version <= len(
                self.world.versions[name]):
            return False
        return self.world.whose[name] == "all" or self.world.whose[name] in self.related


def may(scope, kind, right):
    if scope == "-":
        return False
    about, rights = scope.removeprefix("system/").split(".")
    return about in ("*", kind) and right in rights


def reference(kind, ids):
    return {"reference": f"{kind}/{dice.choice(ids)}"}


def party(most=1.0):
    roll = dice.random() * most
    if roll < 0.6:
        return reference("Organization", ["0", "1", "2"])
    if roll < 0.8:
        return {"identifier": {"system": ODS, "value": dice.choice(CODES)}}
    return reference("Practitioner", ["0"])


def make(kind):
    made = {"resourceType": kind}
    if dice.random() < 0.2:
        system, code = dice.choice([("v3-Confidentiality", "R"), ("v3-Confidentiality", "V"), ("v3-ActCode", "NOPAT"),
                                    ("v3-Confidentiality", "N"), ("v3-Confidentiality", "X")])
        made["meta"] = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/" + system, "code": code}]}
    patient = reference("Patient", [str(n) for n in range(9)])
    if dice.random() < 0.15:
        patient = dice.choice([{"display": "somebody"}, {"identifier": {"value": "x"}}, {"reference": "#in"},
                               {"reference": "http://other.example/fhir/Patient/1"}])
    if kind in PATIENT_OF:
        made[PATIENT_OF[kind]] = patient
        if patient.get("reference") == "#in":
            made["contained"] = [{"resourceType": "Patient", "id": "in"}]
    if kind == "CarePlan":
        made |= {"status": "active", "intent": "plan"}
    elif kind == "Observation":
        made |= {"status": "final", "code": {"text": "c"}}
    elif kind == "ServiceRequest":
        made |= {"status": dice.choice(["active", "active", "entered-in-error"]), "intent": "order",
                 "requester": party(), "performer": [party(), party()]}
    elif kind == "Task":
        made |= {"status": dice.choice(["requested", "requested", "entered-in-error"]), "intent": "order",
                 "requester": party(), "owner": party()}
    elif kind == "Organization" and dice.random() < 0.8:
        made["identifier"] = [{"system": ODS, "value": dice.choice(CODES)}]
    elif kind == "List":
        made |= {"status": "current", "mode": "working"}
    elif kind == "Patient":
        if dice.random() < 0.5:
            made["managingOrganization"] = party(0.8)
        if dice.random() < 0.3:
            made["generalPractitioner"] = [party()]
    elif kind == "Consent":
        scope = dice.choice(["patient-privacy"] * 3 + ["treatment"])
        made |= {"status": dice.choice(["active", "active", "inactive"]), "category": [{"text": "c"}],
                 "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope",
                                       "code": scope}]}}
        rule = {"type": dice.choice(["deny", "permit", "permit"])}
        role = {"text": "r"}
        if dice.random() < 0.9:
            rule["actor"] = [{"role": role, "reference": party()}]
        if dice.random() < 0.2:
            rule["period"] = {"start": "2020-01-01"}
        if rule["type"] == "permit" and dice.random() < 0.3:
            rule["provision"] = [{"type": "deny", "actor": [{"role": role, "reference": party()}]}]
        made["provision"] = rule
    elif kind == "Provenance":
        made |= {"recorded": "2020-01-01T00:00:00Z", "agent": [{"who": {"display": "a"}}],
                 "target": [reference(dice.choice(["CarePlan", "Task", "Patient", "Organization"]),
                                      [str(n) for n in range(9)]) for _ in range(dice.choice([1, 1, 2]))]}
    return made


def ask(world, organisation, labels, scope):
    eyes = Eyes(world, organisation, labels)
    names = sorted(world.versions)
    name = dice.choice(names) if dice.random() < 0.9 else (dice.choice(TYPES), "none")
    kind, url, there = name[0], "/".join(name), name in world.versions
    way = dice.choice(["read", "vread", "history", "search", "count", "has", "revinclude", "update", "create",
                       "elsewhere", "delete"])
    seen = eyes.sees(name)
    body, ids, method = "-", None, "GET"
    if way == "read":
        right, status = "r", 200 if seen else 404
    elif way == "vread":
        version = dice.choice([1, 1, 2])
        url += f"/_history/{version}"
        right, status = "r", 200 if eyes.sees(name, version) else 404
    elif way == "history":
        url += "/_history"
        right, status = "r", 200 if seen else 404
    elif way in ("search", "count"):
        ids = sorted("/".join(n) for n in names if n[0] == kind and eyes.sees(n))
        right, status, url = "s", 200, f"{kind}?_count=200&_total=" + ("accurate" if way == "count" else "estimate")
    elif way in ("has", "revinclude"):
        tasks = [n for n in names if n[0] == "Task" and eyes.sees(n)
                 and (world.current()[n]["status"] == "requested" or way == "revinclude")]
        asked = {world.whose[n] for n in tasks} if way == "has" else {n[1] for n in names}
        kind, status = "Patient", 200
        patients = [n for n in names if n[0] == "Patient" and eyes.sees(n) and n[1] in asked]
        ids = ["/".join(n) for n in patients]
        if way == "revinclude":
            ids += ["/".join(n) for n in tasks if ("Patient", world.whose[n]) in patients]
        url = "Patient?_count=200&" + ("_has:Task:patient:status=requested" if way == "has"
                                       else "_revinclude=Task:patient")
        other = may(scope, "Task", "s" if way == "has" else "r")
        right, ids = "s" if other else "nothing", sorted(ids)
    elif way == "update":
        if not there or kind == "Provenance":
            return None
        method, body, right = "PUT", world.current()[name] | {"id": name[1]}, "u"
        status = 200 if seen else 404
    elif way == "create":
        patient = dice.choice([str(n) for n in range(9)] + ["none"])
        kind, url, method, right = "Goal", "Goal", "POST", "c"
        body = {"resourceType": "Goal", "lifecycleStatus": "active", "description": {"text": "g"},
                "subject": {"reference": f"Patient/{patient}"}}
        status = 201 if patient in eyes.related else 404
    elif way == "elsewhere":
        # Somebody else's, or nobody's: neither may it be taken there.
        if kind != "CarePlan" or not there:
            return None
        patient = dice.choice([str(n) for n in range(9)])
        if patient in eyes.related:
            return None
        method, right, status = "PUT", "u", 404
        body = world.current()[name] | {"id": name[1], "subject": {"reference": f"Patient/{patient}"}}
        body.pop("contained", None)
    else:
        # What is not there, or not seen, is deleted already.
        if seen:
            return None
        method, right, status = "DELETE", "d", 204
    if not may(scope, kind, right):
        status, ids = 403, None
    elif way == "update" and status == 200:
        world.put(name, world.current()[name])
    return [organisation, ",".join(sorted(labels)) or "-", scope, method, url,
            body if body == "-" else json.dumps(body), str(status), "-" if ids is None else " ".join(ids) or "none"]


def main():
    world = World()
    for _ in range(130):
        kind = dice.choice(TYPES)
        name = (kind, str(dice.randrange(3 if kind == "Organization" else 9)))
        if kind == "Provenance" and name in world.versions:
            continue
        resource = make(kind)
        world.put(name, resource)
        print("put", "/".join(name), json.dumps(resource | {"id": name[1]}), sep="\t")
    asked = 0
    while asked < QUESTIONS:
        row = ask(world, dice.choice(CODES + ["NOBODY1"]), set(dice.choice([[], ["R"], ["NOPAT", "R", "V"]])),
                  dice.choice(["system/*.cruds"] * 4 + ["system/CarePlan.cruds", "system/*.rs", "system/Patient.s",
                                                       "system/Task.rs"]))
        if row is not None:
            print("ask", *row, sep="\t")
            asked += 1


main()
