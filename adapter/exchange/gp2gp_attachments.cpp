#include "exchange/gp2gp_attachments.h"

#include "base/uuid.h"

#include <map>
#include <string>
#include <string_view>

namespace fingerpost::exchange {
namespace {

// "file://localhost/letter.txt" is letter.txt.
std::string_view name_in(std::string_view url) {
  constexpr std::string_view here = "file://localhost/";
  if (url.starts_with(here)) url.remove_prefix(here.size());
  return url;
}

class Attachments {
 public:
  Attachments(const model::Definitions& definitions, const Limits& limits, Translation& made)
      : definitions_(definitions), limits_(limits), made_(made), tree_(made.bundle) {}

  void run(const std::vector<record::Gp2gpAttachment>& attachments) {
    std::map<std::string_view, const record::Gp2gpAttachment*> by_name;
    std::map<std::string_view, std::size_t> unnamed;
    for (std::size_t i = 0; i < attachments.size(); ++i)
      if (!attachments[i].base64.empty()) {
        const auto& name = attachments[i].name;
        if (!by_name.emplace(name, &attachments[i]).second) by_name[name] = nullptr;
        unnamed.emplace(name, i + 1);
      }
    for (const auto& [name, only] : by_name)
      if (only == nullptr) {
        tell("duplicate", "attachment[" + std::to_string(unnamed[name]) + "]",
             "attachments have one name: which is whose is not known, and they are left out");
        unnamed.erase(name);
      }
    std::vector<NodeId> entries;
    for (auto entry = child(tree_.root(), "entry"); entry != no_node;
         entry = tree_.next_same(entry))
      entries.push_back(entry);
    for (const auto entry : entries) {
      const auto document = child(entry, "resource");
      if (definitions_.type_name(tree_[document].type) != "DocumentReference") continue;
      for (auto content = child(document, "content"); content != no_node;
           content = tree_.next_same(content)) {
        const auto url = child(child(content, "attachment"), "url");
        if (url == no_node) continue;
        const auto found = by_name.find(name_in(tree_.text(url)));
        if (found == by_name.end() || found->second == nullptr) {
          tell("not-found", "DocumentReference.content.attachment", "the attachment did not come");
        } else if (join(entry, url, *found->second)) {
          unnamed.erase(found->first);
        }
      }
    }
    for (const auto& [name, number] : unnamed)
      tell("not-found", "attachment[" + std::to_string(number) + "]",
           "no document of the record names the attachment: it is left out");
  }

 private:
  NodeId child(NodeId node, std::string_view name) const {
    return node == no_node ? no_node : tree_.child(node, tree_.names().find(name));
  }

  void tell(const char* code, std::string place, const char* text) {
    made_.issues.push_back({Severity::warning, code, std::move(place), text});
  }

  // False: it is over a limit.
  bool join(NodeId entry, NodeId url, const record::Gp2gpAttachment& attachment) {
    if (attachment.base64.size() > limits_.string_bytes) {
      tell("too-long", "DocumentReference.content.attachment", "the attachment is over a limit");
      return false;
    }
    const std::string document(tree_.text(child(entry, "fullUrl")));
    const auto id = uuid_v5({document, "Binary", attachment.name});
    const auto full_url = "urn:uuid:" + id;
    const auto added = tree_.add_grouped(tree_.root(), tree_[entry].name, tree_[entry].type);
    add(added, "fullUrl", "uri", full_url);
    const auto binary =
        tree_.add(added, tree_.names().find("resource"), definitions_.find("Binary"));
    add(binary, "id", "id", id);
    const auto type = child(tree_.parent(url), "contentType");
    const std::string_view own = type == no_node ? std::string_view() : tree_.text(type);
    const std::string_view known = own.empty() ? attachment.content_type : own;
    add(binary, "contentType", "code", known.empty() ? "application/octet-stream" : known);
    const auto context =
        tree_.add(binary, tree_.names().find("securityContext"), definitions_.common().reference);
    add(context, "reference", "string", document);
    const auto data =
        tree_.add(binary, tree_.names().find("data"), definitions_.find("base64Binary"));
    tree_.set_view(data, Shape::string, attachment.base64);
    tree_.set(url, Shape::string, full_url);
    return true;
  }

  void add(NodeId parent, std::string_view name, std::string_view type, std::string_view value) {
    tree_.set(tree_.add(parent, tree_.names().find(name), definitions_.find(type)), Shape::string,
              value);
  }

  const model::Definitions& definitions_;
  const Limits& limits_;
  Translation& made_;
  Tree& tree_;
};

}  // namespace

void add_attachments(const model::Definitions& definitions,
                     const std::vector<record::Gp2gpAttachment>& attachments, const Limits& limits,
                     Translation& made) {
  Attachments(definitions, limits, made).run(attachments);
}

}  // namespace fingerpost::exchange
