#!/usr/bin/env python3
"""Writes a GP2GP message of any size, of an invented person: an envelope, a record, attachments.

  make_gp2gp.py FILE [--consultations N] [--attachments N] [--attachment-bytes N] [--seed N]

Nothing is held in memory but one attachment, so a message of many gigabytes can be made. The same
seed makes the same file.
"""
import argparse
import base64
import random
import uuid

SNOMED = 'codeSystem="2.16.840.1.113883.2.1.3.2.4.15"'
GP = "0D2A6E4C-51A7-4C0B-9A53-6C6E1F0D0010"


class Ids:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4)).upper()


def head():
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<RCMR_IN030000UK06 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><ControlActEvent classCode="CACT" moodCode="EVN"><subject typeCode="SUBJ"><EhrExtract classCode="EXTRACT" moodCode="EVN">
<id root="0D2A6E4C-51A7-4C0B-9A53-6C6E1F0D0002"/><statusCode code="COMPLETE"/><availabilityTime value="20261005120000"/>
<recordTarget typeCode="RCT"><patient classCode="PAT"><id root="2.16.840.1.113883.2.1.4.1" extension="9990000018"/></patient></recordTarget>
<author typeCode="AUT"><time value="20261005120000"/><AgentOrgSDS classCode="AGNT"><agentOrganizationSDS classCode="ORG" determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.1.10" extension="Z90001"/></agentOrganizationSDS></AgentOrgSDS></author>
<component typeCode="COMP"><ehrFolder classCode="FOLDER" moodCode="EVN"><id root="0D2A6E4C-51A7-4C0B-9A53-6C6E1F0D0003"/>
<responsibleParty typeCode="RESP"><agentDirectory classCode="AGNT"><part typeCode="PART"><Agent classCode="AGNT"><id root="{GP}"/><agentPerson classCode="PSN" determinerCode="INSTANCE"><name><prefix>Dr</prefix><given>Asha</given><family>Example</family></name></agentPerson></Agent></part></agentDirectory></responsibleParty>
"""


def foot():
    return ("</ehrFolder></component></EhrExtract></subject></ControlActEvent></RCMR_IN030000UK06>\n")


def statement(kind, mood, ids, code, words, text, rest=""):
    return f"""<component typeCode="COMP"><{kind} classCode="OBS" moodCode="{mood}"><id root="{ids.next()}"/><code code="{code}" {SNOMED} displayName="{words}"/>{text}<statusCode code="COMPLETE"/><effectiveTime><center nullFlavor="NI"/></effectiveTime><availabilityTime value="20260914103000"/>{rest}<Participant typeCode="AUT" contextControlCode="OP"><agentRef classCode="AGNT"><id root="{GP}"/></agentRef></Participant></{kind}></component>
"""


def observation(ids, value):
    return statement("ObservationStatement", "EVN", ids, "27113001", "Body weight", "",
                     f'<value xsi:type="PQ" value="{value}" unit="kg"/>')


def document(ids, name):
    return f"""<component typeCode="COMP"><NarrativeStatement classCode="OBS" moodCode="EVN"><id root="{ids.next()}"/><text mediaType="text/x-h7uk-pmip">A letter</text><statusCode code="COMPLETE"/><availabilityTime value="20260914103500"/><reference typeCode="REFR"><referredToExternalDocument classCode="DOC" moodCode="EVN"><id root="{ids.next()}"/><code code="25821000000100" {SNOMED} displayName="Original Text document"/><text mediaType="application/pdf"><reference value="file://localhost/{name}"/></text></referredToExternalDocument></reference></NarrativeStatement></component>
"""


def consultation(ids, number, documents):
    made = [f"""<component typeCode="COMP"><ehrComposition classCode="COMPOSITION" moodCode="EVN"><id root="{ids.next()}"/><code code="25671000000102" {SNOMED} displayName="Surgery Consultation Note"/><statusCode code="COMPLETE"/><effectiveTime><center value="20260914"/></effectiveTime><availabilityTime value="20260914101500"/><author typeCode="AUT" contextControlCode="OP"><time value="20260914102000"/><agentRef classCode="AGNT"><id root="{GP}"/></agentRef></author><Participant2 typeCode="PRF" contextControlCode="OP"><agentRef classCode="AGNT"><id root="{GP}"/></agentRef></Participant2>
"""]
    for i in range(6):
        made.append(observation(ids, 60 + (number + i) % 40))
    made.append(statement("RequestStatement", "RQO", ids, "871731000000106", "Referral to social prescribing service",
                          "<text>Would like to meet people</text>"))
    made.append(statement("PlanStatement", "INT", ids, "196451000000104", "Transfer-degraded plan",
                          "<text>Status: Pending, review</text>"))
    made += [document(ids, name) for name in documents]
    made.append("</ehrComposition></component>\n")
    return "".join(made)


def part(content_id, content_type, more=""):
    return f"\r\n--gp2gp\r\nContent-Id: <{content_id}>\r\nContent-Type: {content_type}\r\n{more}\r\n"


def write(out, arguments):
    ids = Ids(arguments.seed)
    names = [f"letter{i}.pdf" for i in range(arguments.attachments)]
    out.write('Content-Type: multipart/related; boundary="gp2gp"; type="text/xml"\r\n')
    out.write(part("envelope", "text/xml"))
    references = "".join(f'<eb:Reference xlink:href="cid:{name}"><eb:Description>Filename="{name}" ContentType=application/pdf '
                         f'Compressed=No LargeAttachment=No</eb:Description></eb:Reference>' for name in names)
    out.write('<SOAP:Envelope xmlns:SOAP="urn:s" xmlns:eb="urn:e" xmlns:xlink="urn:x"><SOAP:Body><eb:Manifest>'
              f'<eb:Reference xlink:href="cid:payload"/>{references}</eb:Manifest></SOAP:Body></SOAP:Envelope>')
    out.write(part("payload", "application/xml; charset=UTF-8"))
    out.write(head())
    for i in range(arguments.consultations):
        out.write(consultation(ids, i, names[i::arguments.consultations]))
    out.write(foot())
    for name in names:
        out.write(part(name, "application/pdf", "Content-Transfer-Encoding: base64\r\n"))
        out.write(base64.encodebytes(ids.random.randbytes(arguments.attachment_bytes)).decode().replace("\n", "\r\n"))
    out.write("\r\n--gp2gp--\r\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--consultations", type=int, default=10)
    parser.add_argument("--attachments", type=int, default=3)
    parser.add_argument("--attachment-bytes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with open(arguments.file, "w", encoding="utf-8", newline="") as out:
        write(out, arguments)


if __name__ == "__main__":
    main()
