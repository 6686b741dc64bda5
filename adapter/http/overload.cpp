#include "http/overload.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace fingerpost::http {

bool Overload::admits(std::int64_t waited_ms, std::int64_t now_ms) {
  if (most_waiting_ms_ == 0 || waited_ms <= most_waiting_ms_) {
    late_since_ms_ = never;
    return true;
  }
  if (late_since_ms_ == never) late_since_ms_ = now_ms;
  const bool over = now_ms < until_ms_ || now_ms - late_since_ms_ > begins_ms;
  if (over) until_ms_ = now_ms + ends_ms;
  return !over;
}

std::int64_t waiting_ms(int socket) {
  tcp_info told{};
  socklen_t size = sizeof told;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &told, &size) != 0) return 0;
  return told.tcpi_last_data_recv;
}

}  // namespace fingerpost::http
