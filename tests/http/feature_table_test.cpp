// Every row of the table of features that FHIR servers are compared by, and every case in which
// they differ: each as requests and what must come of them, on both stores; or why it is not of
// FHIR R4's REST interface here. The depth is in the tests of each part.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"
#include "support/validator.h"

#include <string>
#include <vector>

using namespace fingerpost;
using Server = test::FhirServer;

namespace {

struct Step {
  const char* method;
  std::string url;
  int status;
  std::string holds = {};  // in the head or the body
  std::string lacks = {};
  std::string fields = {};
  std::string body = {};
};

struct Feature {
  const char* row;
  std::vector<Step> shown;
  const char* elsewhere = "";  // why nothing is shown
};

Step get(std::string url, std::string holds = "", std::string lacks = "") {
  return {"GET", std::move(url), 200, std::move(holds), std::move(lacks)};
}
Step refuse(std::string url, int status, std::string holds = "") {
  return {"GET", std::move(url), status, std::move(holds)};
}
Step send(const char* method, std::string url, std::string body, int status, std::string holds = "",
          std::string fields = "") {
  return {method, std::move(url), status, std::move(holds), "", std::move(fields), std::move(body)};
}
Step with(std::string fields, std::string url, int status, std::string holds = "") {
  return {"GET", std::move(url), status, std::move(holds), "", std::move(fields)};
}
// A search that finds these many.
Step finds(const std::string& query, int count) {
  return get(query + "&_total=accurate", "\"total\":" + std::to_string(count) + ",");
}

const std::string json_patch = "Content-Type: application/json-patch+json\r\n";
const std::string patient =
    R"({"resourceType":"Patient","id":"p1","meta":{"tag":[{"code":"seed"}]},"text":{"status":)"
    R"("generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">likes gardening</div>"},)"
    R"("identifier":[{"type":{"coding":[{"system":"urn:t","code":"MR"}]},"system":"urn:s",)"
    R"("value":"1"}],"name":[{"family":"Smith","given":["Ann"]}],"gender":"female",)"
    R"("birthDate":"1980-05-01","managingOrganization":{"reference":"Organization/o1"}})";
const std::string other = R"({"resourceType":"Patient","id":"n1","name":[{"family":"New"}]})";

const std::string seed[][2] = {
    {"Organization/o0", R"({"resourceType":"Organization","id":"o0","name":"Trust"})"},
    {"Organization/o1",
     R"({"resourceType":"Organization","id":"o1","name":"Clinic","partOf":{"reference":)"
     R"("Organization/o0"}})"},
    {"Patient/p1", patient},
    {"Observation/b1",
     R"({"resourceType":"Observation","id":"b1","status":"final","code":{"coding":[{"system":)"
     R"("urn:l","code":"sys"}],"text":"Systolic"},"subject":{"reference":"Patient/p1",)"
     R"("identifier":{"system":"urn:s","value":"1"}},"effectiveDateTime":"2026-01-02",)"
     R"("valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org",)"
     R"("code":"mm[Hg]"}})"},
    {"Observation/b2",
     R"({"resourceType":"Observation","id":"b2","status":"final","code":{"coding":[{"system":)"
     R"("urn:l","code":"panel"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":)"
     R"("2026-03-02","component":[{"code":{"coding":[{"system":"urn:l","code":"sys"}]},)"
     R"("valueQuantity":{"value":110}}]})"},
    {"Location/l1",
     R"({"resourceType":"Location","id":"l1","position":{"latitude":51.5,"longitude":-0.1}})"},
    {"List/li", R"({"resourceType":"List","id":"li","status":"current","mode":"working","entry":[)"
                R"({"item":{"reference":"Patient/p1"}}]})"},
    {"RiskAssessment/r1",
     R"({"resourceType":"RiskAssessment","id":"r1","status":"final","subject":{"reference":)"
     R"("Patient/p1"},"prediction":[{"probabilityDecimal":0.3}]})"},
    {"CodeSystem/cs", R"({"resourceType":"CodeSystem","id":"cs","url":"urn:c","status":"active",)"
                      R"("content":"complete","hierarchyMeaning":"is-a","concept":[{"code":"a",)"
                      R"("display":"A","concept":[{"code":"b","display":"B"}]}]})"},
    {"ValueSet/vs", R"({"resourceType":"ValueSet","id":"vs","url":"urn:v","status":"active",)"
                    R"("compose":{"include":[{"system":"urn:c"}]}})"},
    {"ConceptMap/cm",
     R"({"resourceType":"ConceptMap","id":"cm","url":"urn:m","status":"active","group":[{"source":)"
     R"("urn:c","target":"urn:d","element":[{"code":"a","target":[{"code":"z","equivalence":)"
     R"("equal"}]}]}]})"},
    {"Condition/c1", R"({"resourceType":"Condition","id":"c1","code":{"coding":[{"system":"urn:c",)"
                     R"("code":"b"}],"text":"Trouble walking"},"subject":{"reference":)"
                     R"("Patient/p1"}})"},
    {"CarePlan/cp", R"({"resourceType":"CarePlan","id":"cp","status":"active","intent":"plan",)"
                    R"("subject":{"reference":"Patient/p1"}})"},
};

std::string transaction(const std::string& type, const std::string& entries) {
  return R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)" + entries + "]}";
}

const std::string conditional_reference =
    R"({"resource":{"resourceType":"Basic","code":{"text":"c"},"subject":{"reference":)"
    R"("Patient?identifier=urn:s|1"}},"request":{"method":"POST","url":"Basic"}})";
const std::string provenance =
    R"(X-Provenance: {"resourceType":"Provenance","recorded":"2026-01-01T00:00:00Z","agent":[)"
    R"({"who":{"display":"me"}}]})"
    "\r\n";

std::vector<Feature> rows_of_writing() {
  return {
      {"read, vread, create, update, delete",
       {send("POST", "/Basic", R"({"resourceType":"Basic","code":{"text":"c"}})", 201,
             "Location: "),
        get("/Patient/p1", "\"Smith\""), get("/Patient/p1/_history/1", "\"Smith\""),
        send("PUT", "/Patient/n1", other, 201), send("PUT", "/Patient/n1", other, 200),
        send("DELETE", "/Patient/n1", "", 204), refuse("/Patient/n1", 410)}},
      {"update as create (client id)", {send("PUT", "/Patient/n1", other, 201, "Patient/n1")}},
      {"JSON Patch",
       {send("PATCH", "/Patient/n1", R"([{"op":"add","path":"/active","value":true}])", 200,
             "\"active\":true", json_patch)}},
      {"FHIRPath Patch",
       {send("PATCH", "/Patient/n1",
             R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[)"
             R"({"name":"type","valueCode":"replace"},{"name":"path","valueString":)"
             R"("Patient.active"},{"name":"value","valueBoolean":false}]}]})",
             200, "\"active\":false")}},
      {"JSON merge patch (RFC 7386)",
       {send("PATCH", "/Patient/n1", R"({"gender":"male"})", 200, "\"male\"",
             "Content-Type: application/merge-patch+json\r\n")}},
      {"conditional create",
       {send("POST", "/Patient", patient, 200, "Patient/p1/_history/1",
             "If-None-Exist: identifier=urn:s|1\r\n")}},
      {"conditional update",
       {send("PUT", "/Patient?identifier=urn:s|2",
             R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"2"}]})", 201),
        send("PUT", "/Patient?identifier=urn:s|2",
             R"({"resourceType":"Patient","identifier":[{"system":"urn:s","value":"2"}]})", 200)}},
      {"conditional patch",
       {send("PATCH", "/Patient?identifier=urn:s|2",
             R"([{"op":"add","path":"/active","value":true}])", 200, "\"active\":true",
             json_patch)}},
      {"conditional delete",
       {send("DELETE", "/Patient?identifier=urn:s|2", "", 204),
        finds("/Patient?identifier=urn:s|2", 0)}},
      {"conditional read (If-None-Match / Modified-Since)",
       {with("If-None-Match: W/\"1\"\r\n", "/Patient/p1", 304),
        with("If-Modified-Since: Fri, 01 Jan 2199 00:00:00 GMT\r\n", "/Patient/p1", 304)}},
      {"ETag / If-Match",
       {get("/Patient/p1", "ETag: W/\"1\""),
        send("PUT", "/Patient/n1", other, 412, "", "If-Match: W/\"1\"\r\n")}},
  };
}

std::vector<Feature> rows_of_answers() {
  return {
      {"Prefer return=",
       {send("PUT", "/Patient/n1", other, 200, "Content-Length: 0", "Prefer: return=minimal\r\n"),
        send("PUT", "/Patient/n1", other, 200, "\"New\"", "Prefer: return=representation\r\n"),
        send("PUT", "/Patient/n1", other, 200, "OperationOutcome",
             "Prefer: return=OperationOutcome\r\n")}},
      {"batch / transaction",
       {send("POST", "/",
             transaction("batch", R"({"request":{"method":"GET","url":"Patient/p1"}},)"
                                  R"({"request":{"method":"GET","url":"Patient/none"}})"),
             200, "404 Not Found"),
        send("POST", "/",
             transaction("transaction",
                         R"({"resource":{"resourceType":"Basic","code":{"text":"c"}},)"
                         R"("request":{"method":"POST","url":"Basic"}})"),
             200, "201 Created")}},
      {"delete history",
       {send("DELETE", "/Patient/n1/_history", "", 403),
        send("POST", "/Patient/n1/$expunge", R"({"resourceType":"Parameters"})", 403)}},
      {"Provenance header (X-Provenance)",
       {send("POST", "/Basic", R"({"resourceType":"Basic","id":"x","code":{"text":"c"}})", 201, "",
             provenance),
        send("PUT", "/Basic/pr", R"({"resourceType":"Basic","id":"pr","code":{"text":"c"}})", 201,
             "", provenance),
        finds("/Provenance?target=Basic/pr", 1),
        send("DELETE", "/Basic/pr", "", 204, "", provenance),
        finds("/Provenance?target=Basic/pr", 2),
        send("POST", "/",
             transaction("transaction",
                         R"({"resource":{"resourceType":"Basic","id":"t1","code":{"text":"c"}},)"
                         R"("request":{"method":"PUT","url":"Basic/t1"}},)"
                         R"({"resource":{"resourceType":"Basic","id":"t2","code":{"text":"c"}},)"
                         R"("request":{"method":"PUT","url":"Basic/t2"}})"),
             200, "", provenance),
        finds("/Provenance?target=Basic/t1&target=Basic/t2", 1),
        send("PUT", "/Basic/t1", R"({"resourceType":"Basic","id":"t1","code":{"text":"c"}})", 400,
             "X-Provenance", "X-Provenance: {\"resourceType\":\"Basic\"}\r\n")}},
  };
}

std::vector<Feature> rows_of_searching() {
  return {
      {"Prefer handling=strict/lenient",
       {refuse("/Patient?famly=smith", 400, "family"),
        with("Prefer: handling=lenient\r\n", "/Patient?famly=smith", 200, "\"mode\":\"outcome\"")}},
      {"search by GET and POST _search",
       {finds("/Patient?family=smith", 1), finds("/Patient/_search?family=smith", 1),
        send("POST", "/Patient/_search", "family=smith&_total=accurate", 200, "\"total\":1,",
             "Content-Type: application/x-www-form-urlencoded\r\n")}},
      {"system-level search",
       {finds("/?_type=Patient,Organization&_id=p1,o1", 2), finds("/?_tag=seed", 1),
        send("POST", "/_search", "_tag=seed&_total=accurate", 200, "\"total\":1,",
             "Content-Type: application/x-www-form-urlencoded\r\n")}},
      {"types number, date, string, token, reference, quantity, uri",
       {finds("/RiskAssessment?probability=gt0.2", 1), finds("/Patient?birthdate=1980-05", 1),
        finds("/Patient?name=ann", 1), finds("/Patient?gender=female", 1),
        finds("/Observation?subject=Patient/p1", 2),
        finds("/Observation?value-quantity=120|http://unitsofmeasure.org|mm%5BHg%5D", 1),
        finds("/ValueSet?url=urn:v", 1)}},
      {"composite",
       {finds("/Observation?code-value-quantity=urn:l|sys$120", 1),
        finds("/Observation?code-value-quantity=urn:l|sys$110", 0)}},
      {"special: near",
       {finds("/Location?near=51.5|-0.1|1|km", 1), finds("/Location?near=52.5|-0.1|1|km", 0)}},
      {":exact :contains :missing :not",
       {finds("/Patient?family:exact=Smith", 1), finds("/Patient?family:exact=smith", 0),
        finds("/Patient?family:contains=mit", 1),
        finds("/Observation?value-quantity:missing=true", 1),
        finds("/Patient?gender:not=female&_id=p1", 0)}},
      {":text :in :not-in :above :below :of-type :identifier",
       {finds("/Condition?code:text=walking", 1), finds("/Condition?code:in=urn:v", 1),
        finds("/Condition?code:not-in=urn:v", 0), finds("/Condition?code:below=urn:c|a", 1),
        finds("/Condition?code:above=urn:c|b", 1), finds("/Condition?code:above=urn:c|a", 0),
        finds("/Patient?identifier:of-type=urn:t|MR|1", 1),
        finds("/Observation?subject:identifier=urn:s|1", 1),
        refuse("/Condition?code:in=urn:none", 400, "urn:none")}},
      {"prefixes eq ne gt lt ge le sa eb ap",
       {finds("/Observation?date=eq2026-01-02", 1), finds("/Observation?date=ne2026-01-02", 1),
        finds("/Observation?date=gt2026-01-02", 1), finds("/Observation?date=lt2026-03-02", 1),
        finds("/Observation?date=ge2026-01-02", 2), finds("/Observation?date=le2026-01-02", 1),
        finds("/Observation?date=sa2026-01-02", 1), finds("/Observation?date=eb2026-03-02", 1),
        finds("/RiskAssessment?probability=ap0.3", 1)}},
  };
}

std::vector<Feature> rows_of_results() {
  return {
      {"chaining / multi hop",
       {finds("/Observation?subject:Patient.family=smith", 2),
        finds("/Observation?patient.organization.partof.name=trust", 2)}},
      {"_has",
       {finds("/Patient?_has:Observation:patient:code=urn:l|panel", 1),
        finds("/Organization?_has:Patient:organization:_has:Observation:patient:code=sys", 1)}},
      {"_include / _revinclude",
       {get("/Observation?_id=b1&_include=Observation:subject", "\"mode\":\"include\""),
        get("/Patient?_id=p1&_revinclude=Observation:subject", "Observation/b2"),
        get("/Patient?_id=p1&_include=*&_revinclude=*", "Organization/o1")}},
      {":iterate",
       {get("/Observation?_id=b1&_include=Observation:patient&_include:iterate=Patient:organization"
            "&_include:iterate=Organization:partof",
            "Organization/o0")}},
      {"_sort",
       {get("/Observation?_sort=-date,_id", "Observation/b2"),
        get("/Observation?_sort=code&_count=1", "Observation/b2\"", "Observation/b1\""),
        get("/Patient?_sort=family", "\"self\"")}},
      {"paging", {get("/Observation?_count=1&_sort=-date", "_cursor=", "Observation/b1\"")}},
      {"_count max",
       {get("/Observation?_count=100000", "Observation/b1"),
        refuse("/Observation?_count=many", 400, "_count")}},
      {"_summary / _elements",
       {get("/Patient/p1?_summary=true", "SUBSETTED", "gardening"),
        get("/Patient?_id=p1&_elements=birthDate", "1980-05-01", "Smith"),
        get("/Patient?_summary=count", "\"total\":", "\"entry\""),
        get("/Patient?_id=p1&_summary=text", "gardening", "Smith"),
        get("/Patient?_id=p1&_summary=data", "Smith", "gardening")}},
      {"_total",
       {get("/Observation?_total=accurate", "\"total\":2"),
        get("/Observation?_total=estimate", "\"total\":2"),
        get("/Observation?_count=1&_total=none", "\"searchset\"", "\"total\""),
        get("/Patient?_id=p1&_total=none", "\"searchset\"", "\"total\"")}},
      {"_filter",
       {finds("/Patient?_filter=family%20eq%20%22smith%22%20and%20birthdate%20lt%201990", 1),
        refuse("/Patient?_filter=famly%20eq%20x", 400)}},
      {"_text / _content",
       {finds("/Patient?_text=gardening", 1), finds("/Patient?_content=Smith", 1),
        finds("/Patient?_text=smith", 0)}},
      {"_list, _query",
       {finds("/Patient?_list=li", 1), refuse("/Patient?_query=named", 400, "_query"),
        refuse("/Patient?_list=$current-problems", 400, "functional")}},
      {"compartments",
       {finds("/Patient/p1/Observation?code=sys", 1), get("/Patient/p1/*", "Condition/c1"),
        finds("/Patient/none/Observation?code=sys", 0)}},
      {"query plan for users",
       {get("/$explain?url=Observation%3Fcode%3Dsys%26_sort%3Ddate", "\"walks\""),
        get("/Observation/$explain?code=sys", "\"rows\""),
        refuse("/$explain?url=Observation%3Fcod%3Dsys", 400)}},
      {"history instance / type / system",
       {get("/Patient/p1/_history", "\"history\""), get("/Patient/_history", "\"history\""),
        get("/_history?_count=2", "\"history\"")}},
  };
}

std::vector<Feature> rows_of_operations() {
  return {
      {"$everything",
       {get("/Patient/p1/$everything", "Condition/c1"),
        get("/CarePlan/cp/$everything", "Patient/p1"),
        refuse("/Encounter/none/$everything", 404, "not offered here")}},
      {"$expand / $lookup / $validate-code / $translate",
       {get("/ValueSet/vs/$expand", "\"contains\""),
        get("/CodeSystem/$lookup?system=urn:c&code=b", "\"B\""),
        get("/ValueSet/$validate-code?url=urn:v&system=urn:c&code=b", "\"valueBoolean\":true"),
        get("/CodeSystem/$subsumes?system=urn:c&codeA=a&codeB=b", "\"subsumes\""),
        get("/ConceptMap/$translate?url=urn:m&system=urn:c&code=a&target=urn:d", "\"z\"")}},
      {"StructureMap $transform",
       {send("POST", "/StructureMap/$transform?source=urn:none", patient, 404, "not-found")}},
      {"$validate",
       {send("POST", "/Patient/$validate", patient, 200, "OperationOutcome"),
        send("POST", "/Patient/$validate", R"({"resourceType":"Patient","gender":"nothing"})", 200,
             "\"error\"")}},
      {"async pattern",
       {with("Prefer: respond-async\r\n", "/Patient?family=smith", 202, "Content-Location: "),
        refuse("/_async/none", 404)}},
      {"XML",
       {with("Accept: application/fhir+xml\r\n", "/Patient/p1", 200, "<Patient"),
        send("POST", "/Patient",
             R"(<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>)", 201,
             "\"active\":true", "Content-Type: application/fhir+xml\r\n")}},
      {"metadata",
       {get("/metadata", "CapabilityStatement"),
        get("/metadata?mode=terminology", "TerminologyCapabilities"),
        get("/OperationDefinition/CarePlan-everything", "OperationDefinition"),
        finds("/OperationDefinition?code=everything", 2),
        get("/metadata?_elements=software", "SUBSETTED", "\"rest\"")}},
      {"OpenAPI", {get("/openapi.json", "\"/Patient/{id}/_history/{vid}\"")}},
      {"$export system/patient/group", {}, "not offered: there is no bulk data here"},
      {"export extras", {}, "as $export"},
      {"$import", {}, "as $export: transactions are imported, and extracts by their own road"},
      {"$process-message / $document",
       {},
       "messages of BaRS: exchange/take_bars; $document is not offered"},
      {"GraphQL", {}, "another interface than REST; not offered"},
      {"Subscription R4 rest-hook",
       {},
       "exchange/subscription_test and command/subscriptions_test"},
      {"R5 topic / backport", {}, "not offered: R4's own alone"},
      {"SMART v1 / v2 scopes",
       {get("/.well-known/smart-configuration", "capabilities")},
       "without clients it says that it offers none; the rest in http/access and access/scope"},
      {"backend services (private_key_jwt)", {}, "shown in http/access and access/assertion"},
      {"mTLS in the server itself", {}, "shown in http/tls"},
      {"AuditEvent",
       {get("/AuditEvent", "searchset")},
       "of every effect, read and refusal: tests/http/audit_test.cpp"},
      {"multi-tenancy", {}, "one gateway a tenant: a data folder is one process's"},
      {"UI", {}, "not offered"},
      {"metrics / tracing", {}, "shown in http/measured and command/metrics_page; no traces"},
  };
}

std::vector<Feature> rows_of_differences() {
  const std::string entry =
      R"({"resource":{"resourceType":"Basic","code":{"text":"c"}},"request":{"method":"POST",)"
      R"("url":"Basic"}})";
  return {
      {"unknown or misspelt search parameter",
       {refuse("/Observation?cod=sys", 400, "code"),
        with("Prefer: handling=lenient\r\n", "/Observation?cod=sys", 200,
             "http://test.example/fhir/Observation\"")}},
      {"_include=*, _revinclude=*", {get("/Patient?_include=*"), get("/Patient?_revinclude=*")}},
      {"GET [type]/_history", {get("/Patient/_history", "\"history\"")}},
      {"$expand / $lookup of content not loaded",
       {refuse("/ValueSet/$expand?url=urn:none", 404, "not-found"),
        refuse("/CodeSystem/$lookup?system=urn:none&code=x", 404, "not-found")}},
      {"combo-code versus code",
       {finds("/Observation?code=sys", 1), finds("/Observation?combo-code=sys", 2)}},
      {"_total",
       {get("/Observation?_count=1", "\"searchset\"", "\"total\""),
        get("/Observation?_count=1&_total=accurate&_include=Observation:subject", "\"total\":2")}},
      {"error inside a 200",
       {refuse("/Patient?birthdate=never", 400, "\"error\""),
        refuse("/Patient/p1?_summary=count", 400)}},
      {"_count=1",
       {get("/Observation?_count=1&_sort=date", "Observation/b1\"", "Observation/b2\""),
        get("/Observation?_count=0", "\"total\":2", "\"entry\"")}},
      {"Prefer: return, in bundles too",
       {send("POST", "/", transaction("transaction", entry), 200, "\"resourceType\":\"Basic\"",
             "Prefer: return=representation\r\n"),
        send("POST", "/", transaction("batch", entry), 200, "\"outcome\"",
             "Prefer: return=OperationOutcome\r\n")}},
      {"update with unknown id",
       {send("PUT", "/Basic/mine", R"({"resourceType":"Basic","id":"mine","code":{"text":"c"}})",
             201, "Basic/mine/_history/1")}},
      {"conditional create/update race", {}, "shown with many at once in interaction/conditional"},
      {"conditional references in a transaction",
       {send("POST", "/", transaction("transaction", conditional_reference), 200, "201 Created"),
        finds("/Basic?subject=Patient/p1", 1),
        send("POST", "/", transaction("batch", conditional_reference), 200, "transactions alone"),
        finds("/Basic?subject=Patient/p1", 1)}},
      {"transaction size",
       {send("POST", "/",
             transaction("transaction", entry + "," + entry + "," + entry + "," + entry), 400,
             "bundle_entries")}},
      {"_sort", {get("/Observation?_sort=-date,code,_lastUpdated&_count=1", "_cursor=")}},
      {"_include limits", {get("/Patient?_id=p1&_revinclude=*", "limit included")}},
      {"search result freshness",
       {send("PUT", "/Basic/fresh",
             R"({"resourceType":"Basic","id":"fresh","code":{"coding":[{"code":"fresh"}]}})", 201),
        finds("/Basic?code=fresh", 1), send("DELETE", "/Basic/fresh", "", 204),
        finds("/Basic?code=fresh", 0)}},
      {"_text and _content after updates and deletes",
       {send("PUT", "/Basic/w", R"({"resourceType":"Basic","id":"w","code":{"text":"wandering"}})",
             201),
        finds("/Basic?_content=wandering", 1),
        send("PUT", "/Basic/w", R"({"resourceType":"Basic","id":"w","code":{"text":"resting"}})",
             200),
        finds("/Basic?_content=wandering", 0), finds("/Basic?_content=resting", 1),
        send("DELETE", "/Basic/w", "", 204), finds("/Basic?_content=resting", 0)}},
      {"paging", {refuse("/Observation?_cursor=AAAAAAAAAAAAAAAAAAAAAAAA", 400, "_cursor")}},
      {"search on a parameter still being (re)indexed",
       {},
       "shown step by step in interaction/custom_parameters"},
      {"access rules in includes and counts", {}, "shown in http/access"},
      {"bulk export off or unconfigured", {}, "not offered: there is no bulk data here"},
  };
}

// What users of other servers complain of, as far as it is REST's.
std::vector<Feature> rows_of_complaints() {
  const auto patient_of = [](const std::string& id, const std::string& value) {
    return R"({"resourceType":"Patient")" + (id.empty() ? "" : R"(,"id":")" + id + "\"") +
           R"(,"identifier":[{"system":"urn:new","value":")" + value + "\"}]}";
  };
  const auto entry = [](const std::string& resource, const std::string& request) {
    return R"({"resource":)" + resource + R"(,"request":{)" + request + "}}";
  };
  const auto created = entry(patient_of("", "1"), R"("method":"POST","url":"Patient",)"
                                                  R"("ifNoneExist":"identifier=urn:new|1")");
  const auto updated =
      entry(patient_of("", "2"), R"("method":"PUT","url":"Patient?identifier=urn:new|2")");
  return {
      {"conditional creates or updates of one thing in one transaction: two of it, or one dropped",
       {send("POST", "/", transaction("transaction", created + "," + created), 400,
             "the same condition"),
        send("POST", "/", transaction("transaction", updated + "," + updated), 400,
             "the same condition"),
        finds("/Patient?identifier=urn:new|", 0),
        send("POST", "/", transaction("transaction", created + "," + updated), 200, "201 Created"),
        send("POST", "/", transaction("transaction", created + "," + updated), 200, "200 OK"),
        finds("/Patient?identifier=urn:new|", 2)}},
      {"deleted and written again in one transaction",
       {send("POST", "/",
             transaction("transaction", R"({"request":{"method":"DELETE","url":"Patient/p1"}},)" +
                                            entry(patient, R"("method":"PUT","url":"Patient/p1")")),
             400, "the same resource"),
        get("/Patient/p1", "W/\"1\"")}},
      {"deleted, then made again",
       {send("PUT", "/Basic/again", R"({"resourceType":"Basic","id":"again","code":{"text":"c"}})",
             201),
        send("DELETE", "/Basic/again", "", 204), send("DELETE", "/Basic/again", "", 204),
        send("PUT", "/Basic/again", R"({"resourceType":"Basic","id":"again","code":{"text":"c"}})",
             201, "_history/3")}},
      {"limits that are met late: each is named",
       {refuse("/Observation?_id=" + std::string(2 * 600, ','), 400),
        refuse("/Observation?patient.organization.partof.partof.partof.name=a", 400, "chain_depth"),
        send("POST", "/Patient",
             R"({"resourceType":"Patient","name":)" + std::string(100, '[') +
                 std::string(100, ']') + "}",
             400, "depth")}},
  };
}

void play(Server& server, const Feature& feature) {
  CAPTURE(feature.row);
  CHECK((!feature.shown.empty() || !std::string(feature.elsewhere).empty()));
  for (const auto& step : feature.shown) {
    const auto response = server.ask(step.method, step.url, step.fields, step.body);
    CAPTURE(step.method, step.url, response.body.substr(0, 2000));
    CHECK(response.status == step.status);
    const auto all = response.head + response.body;
    CHECK(all.find(step.holds) != std::string::npos);
    if (!step.lacks.empty()) CHECK(response.body.find(step.lacks) == std::string::npos);
  }
}

void fill(Server& server) {
  for (const auto& [place, body] : seed) {
    const auto response = server.ask("PUT", "/" + place, "", body);
    CAPTURE(place, response.body);
    REQUIRE(response.status == 201);
  }
}

}  // namespace

TEST_CASE("every row of the table of features is shown, on both stores") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  CAPTURE(on_disk);
  test::Checked checked;
  Server server({}, on_disk ? folder.path() : "");
  server.validate_with(checked.validator());
  fill(server);
  for (const auto& rows : {rows_of_searching(), rows_of_results(), rows_of_writing(),
                           rows_of_answers(), rows_of_operations()})
    for (const auto& feature : rows) play(server, feature);
}

TEST_CASE("where servers differ the right behaviour is shown, on both stores") {
  const bool on_disk = GENERATE(false, true);
  const test::Folder folder;
  CAPTURE(on_disk);
  Limits limits;
  limits.bundle_entries = 3;
  limits.included = 3;
  Server server(limits, on_disk ? folder.path() : "");
  fill(server);
  for (const auto& rows : {rows_of_differences(), rows_of_complaints()})
    for (const auto& feature : rows) play(server, feature);
}
