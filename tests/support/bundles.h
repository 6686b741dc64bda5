// Bundles as they are sent, and what is looked for in the answers.

#pragma once

#include "interaction/answer.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::test {

inline std::string bundle(const std::string& type, const std::vector<std::string>& entries) {
  std::string text = R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)";
  for (const auto& entry : entries) text += (text.back() == '[' ? "" : ",") + entry;
  return text + "]}";
}

inline std::string entry(const std::string& method, const std::string& url,
                         const std::string& resource = "", const std::string& full_url = "") {
  return "{" + (full_url.empty() ? "" : R"("fullUrl":")" + full_url + "\",") +
         (resource.empty() ? "" : R"("resource":)" + resource + ",") + R"("request":{"method":")" +
         method + R"(","url":")" + url + R"("}})";
}

inline bool holds(const interaction::Answer& answer, std::string_view text) {
  return answer.content().find(text) != std::string::npos;
}

// Of the link to the next page; empty: there is none.
inline std::string next_cursor(const interaction::Answer& answer) {
  const auto text = answer.content();
  const auto link = text.find(R"("relation":"next")");
  const auto mark = link == std::string::npos ? link : text.find("_cursor=", link);
  if (mark == std::string::npos) return {};
  const auto begin = mark + 8;
  return std::string(text.substr(begin, text.find_first_of("&\"", begin) - begin));
}

inline int count(std::string_view text, std::string_view what) {
  int found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

}  // namespace fingerpost::test
