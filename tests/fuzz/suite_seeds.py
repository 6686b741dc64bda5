#!/usr/bin/env python3
"""Makes seeds for fuzz targets of the cases of the public suites that are one file each.

  tests/fuzz/suite_seeds.py CONFORMANCE TO

A file a case in TO/fhirpath (an expression), TO/patch (a resource, NUL, the Parameters) and TO/ucum
(a unit, or two with NUL between them). A suite that is not in CONFORMANCE is passed over; one that
gives no case is an error.
"""
import pathlib
import sys
import xml.etree.ElementTree as xml

FHIR = "http://hl7.org/fhir"


def expressions(root):
    for expression in root.iter("expression"):
        yield expression.text or ""


def patches(root):
    for case in root.iter("case"):
        halves = [xml.tostring(case.find(part)[0], "unicode") for part in ("input", "diff")]
        yield "\0".join(half.strip() for half in halves)


def units(root):
    pairs = (("srcUnit", "dstUnit"), ("u1", "u2"))
    for case in root.iter("case"):
        if "unit" in case.attrib:
            yield case.get("unit")
        for left, right in pairs:
            if left in case.attrib:
                yield case.get(left) + "\0" + case.get(right, "")


SUITES = (
    ("fhirpath", "fhirpath/r4/tests-fhir-r4.xml", expressions),
    ("patch", "patch/fhir-patch-tests.xml", patches),
    ("ucum", "ucum/UcumFunctionalTests.xml", units),
)


def main(conformance, to):
    xml.register_namespace("", FHIR)
    for target, name, cases_of in SUITES:
        file = conformance / name
        if not file.is_file():
            continue
        cases = sorted({case for case in cases_of(xml.parse(file).getroot()) if case.strip("\0")})
        if not cases:
            sys.exit(f"{file}: no case in it")
        folder = to / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, case in enumerate(cases):
            (folder / str(number)).write_text(case, encoding="utf-8", newline="")
        print(f"{target}: {len(cases)} seeds of {name}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
