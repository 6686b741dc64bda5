#include "command/admin_handler.h"

#include "base/digest.h"
#include "command/files.h"
#include "command/responses.h"
#include "interaction/url.h"

#include <system_error>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

constexpr std::string_view door_file = "gateway.door";

// Of digests, so that the time it takes says nothing about the token.
bool opens(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  return authorization.starts_with(scheme) &&
         sha256(authorization.substr(scheme.size())) == sha256(token);
}

http::Response reloaded(const Result<std::size_t>& passed) {
  if (passed) return json(R"({"cases":)" + std::to_string(*passed) + "}");
  const auto& error = passed.error();
  return refused(
      {error.kind, "the maps stay as they were: " + error.where + ": " + error.text, ""});
}

}  // namespace

Result<void> write_door(const fs::path& data, const Door& door) {
  const auto path = data / door_file;
  const auto made = write_file(path, "");
  if (!made) return made;
  std::error_code error;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return Error{Kind::fault, "cannot be kept to its owner", path.string()};
  return write_file(path, to_text(door.at) + " " + door.token + "\n");
}

Result<Door> read_door(const fs::path& data) {
  std::error_code unknown;
  if (!fs::exists(data / door_file, unknown))
    return Error{Kind::not_found, "no gateway has this store open", data.string()};
  LET(const auto text, read_file(data / door_file));
  const auto blank = text.find(' ');
  if (blank == std::string::npos || !text.ends_with('\n'))
    return Error{Kind::not_found, "names no running gateway", (data / door_file).string()};
  LET(const auto at, read_address(text.substr(0, blank)));
  return Door{at, text.substr(blank + 1, text.size() - blank - 2)};
}

void remove_door(const fs::path& data) {
  std::error_code error;
  fs::remove(data / door_file, error);
}

http::Handler admin_handler(exchange::Admin& admin, Reload reload, Metrics metrics,
                            std::string token, const Limits& limits) {
  return
      [&admin, reload = std::move(reload), metrics = std::move(metrics), token = std::move(token),
       limits](const http::Request& request, const http::Respond& respond) {
        using exchange::AdminMethod;
        const bool post = request.head.method == http::Method::post;
        if (request.path == "/metrics" && request.head.method == http::Method::get)
          return respond(metrics());
        if (!opens(request.head.field("authorization"), token))
          return respond(http::outcome(403, "forbidden", "this door is the operators'"));
        if (!post && request.head.method != http::Method::get)
          return respond(http::outcome(405, "not-supported", "the method is not offered here"));
        if (post && request.path == "/maps/reload") return respond(reloaded(reload()));
        const auto query = interaction::read_query(request.head.query, limits);
        if (!query) return respond(refused(query.error()));
        admin.answer(post ? AdminMethod::post : AdminMethod::get, request.path.substr(1), *query,
                     [respond](Result<std::string> answer) {
                       respond(answer ? json(*std::move(answer)) : refused(answer.error()));
                     });
      };
}

}  // namespace fingerpost::command
