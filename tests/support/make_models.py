#!/usr/bin/env python3
"""Writes mappings/<format>/model.json from its tables.txt: the logical model of what its maps see.

  make_models.py [emis|tpp]…

tests/exchange/extract_models_test.cpp holds the two together.
"""
import json
import os
import sys

MAPPINGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../mappings")
DEPTH = 2  # rows under rows: deeper ones are described where their table is
TITLES = {"emis": ("EmisExtract", "A batch of rows of an EMIS IM1 bulk extract"),
          "tpp": ("TppExtract", "A batch of rows of a TPP Strategic Reporting extract")}


def read_plan(path):
    tables, groups = {}, []
    table = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] in ("table", "part", "lookup"):
                table = tables[words[1]] = {"role": words[0], "columns": [], "give": [], "looks": {}, "rows": [],
                                            "key": words[3].split("+")}
            elif words[0] in ("columns", "maybe"):
                table["columns"] += words[1:]
            elif words[0] == "give":
                table["give"] += words[1:]
            elif words[0] == "look":
                at = words.index("in")
                for column in words[1:at]:
                    table["looks"].setdefault(column, []).extend(words[at + 1:])
            elif words[0] == "rows":
                table["rows"].append((words[1], words[5:] if len(words) > 4 else []))
            elif words[0] == "group":
                groups.append((words[1], words[2]))
    return tables, groups


class Model:
    def __init__(self, root, tables):
        self.tables = tables
        self.elements = [{"id": root, "path": root, "min": 0, "max": "*"}]

    def add(self, path, most, short, type_code):
        self.elements.append({"id": path, "path": path, "short": short, "min": 0, "max": most, "type": [{"code": type_code}]})

    def columns(self, path, name, only):
        table = self.tables[name]
        for column in only or table["columns"]:
            looks = table["looks"].get(column, []) if not only else []
            key = " (of the key)" if column in table["key"] else ""
            self.add(f"{path}.{column}", "1", f"Column {column} of {name}{key}", "BackboneElement" if looks else "string")
            for looked in looks:
                self.add(f"{path}.{column}.{looked}", "*", f"What it stands for: the row of {looked} with that key", "BackboneElement")
                for given in self.tables[looked]["give"]:
                    self.add(f"{path}.{column}.{looked}.{given}", "1", f"Column {given} of {looked}", "string")

    def row(self, path, name, depth, only=()):
        self.columns(path, name, list(only))
        if depth == DEPTH or only:
            return
        for other, given in self.tables[name]["rows"]:
            self.add(f"{path}.{other}", "*", f"Rows of {other} that belong to it", "BackboneElement")
            self.row(f"{path}.{other}", other, depth + 1, given)


def model_of(name):
    tables, groups = read_plan(os.path.join(MAPPINGS, name, "tables.txt"))
    root, title = TITLES[name]
    model = Model(root, tables)
    for table, plan in tables.items():
        if plan["role"] == "table":
            model.add(f"{root}.{table}", "*", f"A row of {table}", "BackboneElement")
            model.row(f"{root}.{table}", table, 0)
    for group, table in groups:
        model.add(f"{root}.{group}", "*", f"All rows of {table} of one key", "BackboneElement")
        model.add(f"{root}.{group}.row", "*", f"A row of {table}", "BackboneElement")
        model.row(f"{root}.{group}.row", table, 1)
    url = f"https://fingerpost.example/StructureDefinition/{name}-extract"
    return {"resourceType": "StructureDefinition", "id": f"{name}-extract", "url": url, "name": root, "title": title,
            "status": "active", "fhirVersion": "4.0.1", "kind": "logical", "abstract": False, "type": url,
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "derivation": "specialization",
            "differential": {"element": model.elements}}


def main():
    for name in sys.argv[1:] or sorted(TITLES):
        model = model_of(name)
        elements = model["differential"].pop("element")
        text = json.dumps(model, indent=1, ensure_ascii=False)
        lines = ",\n  ".join(json.dumps(element, ensure_ascii=False) for element in elements)
        text = text.replace('"differential": {}', '"differential": {"element": [\n  ' + lines + "\n ]}")
        with open(os.path.join(MAPPINGS, name, "model.json"), "w", encoding="utf-8", newline="\n") as out:
            out.write(text + "\n")


if __name__ == "__main__":
    main()
