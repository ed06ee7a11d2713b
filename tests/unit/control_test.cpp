// The control socket: its protocol, and what bad clients can do to it.
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "host/control/client.h"
#include "host/control/protocol.h"
#include "host/control/server.h"
#include "host/io/local_socket.h"

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace kato;
using kato::test::TemporaryFolder;

namespace {

class Echo final : public ControlHandler {
 public:
  Result<std::string> handle(const ControlRequest& request) override {
    asked.push_back(request);
    if (request.session == "refused") return fail(ErrorCode::kRefused, "no \"reason\"");
    return answer;
  }
  std::vector<ControlRequest> asked;
  std::string answer = R"({"fine":true})";
};

struct Fixture {
  TemporaryFolder folder;
  std::string path = folder / "kato.sock";
  Echo handler;
  std::unique_ptr<ControlServer> server = std::move(*ControlServer::open(path));

  [[nodiscard]] UniqueFd connect() const {
    auto fd = connect_to_socket(path);
    REQUIRE(fd);
    return std::move(*fd);
  }
  // Serves until a line came back; empty: the connection was ended.
  std::string line_from(const UniqueFd& fd) {
    std::string line;
    while (!line.ends_with('\n')) {
      server->serve(handler);
      char piece[4096];
      const auto got = ::recv(fd.get(), piece, sizeof(piece), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) continue;
      if (got <= 0) return {};
      line.append(piece, static_cast<size_t>(got));
    }
    return line;
  }
  static void send(const UniqueFd& fd, std::string_view text) {
    REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
};

const std::string kStatusLine = to_line(ControlRequest{});

}  // namespace

TEST_CASE("a request comes out as it went in", "[control]") {
  const ControlRequest request{.verb = ControlVerb::kRecordCapture,
                               .session = "4f2a",
                               .source = "/logs/a \"b\".jsonl",
                               .destination = "~/notes/",
                               .all = true};
  const auto read = request_from_line(to_line(request));
  REQUIRE(read);
  CHECK(read->verb == request.verb);
  CHECK(read->session == request.session);
  CHECK(read->source == request.source);
  CHECK(read->destination == request.destination);
  CHECK(read->all);
}

TEST_CASE("P7: what is no request is refused with its reason", "[control][P7]") {
  CHECK(request_from_line("").error().code() == ErrorCode::kInvalid);
  CHECK(request_from_line("[]").error().code() == ErrorCode::kInvalid);
  CHECK(request_from_line(R"({"do":"status"})").error().code() == ErrorCode::kInvalid);
  CHECK(request_from_line(R"({"protocol":1,"do":"status","extra":1})").error().code() ==
        ErrorCode::kInvalid);
  CHECK(request_from_line(R"({"protocol":1,"do":"fly"})").error().code() ==
        ErrorCode::kUnsupported);
  CHECK(request_from_line(R"({"protocol":2,"do":"fly","new":1})").error().code() ==
        ErrorCode::kUnsupported);
}

TEST_CASE("a reply carries a result or an error", "[control]") {
  CHECK(*reply_from_line(reply_to_line(std::string("[1,2]"))) == "[1,2]");
  const auto error = reply_from_line(reply_to_line(fail(ErrorCode::kExists, "it \"is\" there")));
  REQUIRE_FALSE(error);
  CHECK(error.error().code() == ErrorCode::kExists);
  CHECK(error.error().message() == "it \"is\" there");
  for (const auto* const nonsense : {"", "[]", "{}", R"({"ok":true})", R"({"ok":false})",
                                     R"({"ok":false,"error":{"code":7,"message":[]}})"}) {
    CHECK_FALSE(reply_from_line(nonsense));
  }
}

TEST_CASE("the socket is the user's alone", "[control]") {
  const Fixture f;
  struct stat found{};
  REQUIRE(::stat(f.path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
}

TEST_CASE("requests of one connection are answered in order", "[control]") {
  Fixture f;
  const auto fd = f.connect();
  Fixture::send(fd, kStatusLine + to_line({.session = "refused"}));
  const auto first = f.line_from(fd);
  CHECK(first.starts_with(R"({"ok":true,"result":{"fine":true}})"));
  const auto both = first.find('\n') + 1 < first.size() ? first : first + f.line_from(fd);
  CHECK(both.find(R"("code":"refused")") != std::string::npos);
  CHECK(f.handler.asked.size() == 2);
}

TEST_CASE("a request that comes in pieces is waited for, without waiting", "[control]") {
  Fixture f;
  const auto slow = f.connect();
  Fixture::send(slow, kStatusLine.substr(0, 5));
  const auto other = f.connect();
  Fixture::send(other, kStatusLine);
  CHECK_FALSE(f.line_from(other).empty());
  Fixture::send(slow, kStatusLine.substr(5));
  CHECK_FALSE(f.line_from(slow).empty());
}

TEST_CASE("a request without end is cut off", "[control]") {
  Fixture f;
  const auto fd = f.connect();
  const std::string endless(kMaxRequestBytes, 'x');
  std::thread sender([&] { Fixture::send(fd, endless); });
  const auto line = f.line_from(fd);
  sender.join();
  CHECK(line.find("invalid") != std::string::npos);
  CHECK(f.line_from(fd).empty());
  CHECK(f.server->connection_count() == 0);
}

TEST_CASE("who does not read the answers holds up nobody", "[control]") {
  Fixture f;
  f.handler.answer = "\"" + std::string(size_t{1} << 20, 'a') + "\"";
  const auto deaf = f.connect();
  for (int i = 0; i < 50; ++i) {
    Fixture::send(deaf, kStatusLine);
  }
  f.server->serve(f.handler);
  f.server->serve(f.handler);
  const auto asked = f.handler.asked.size();
  f.server->serve(f.handler);
  CHECK(f.handler.asked.size() == asked);  // it gets no more before it has read
  f.handler.answer = "1";
  const auto other = f.connect();
  Fixture::send(other, kStatusLine);
  CHECK(f.line_from(other).starts_with(R"({"ok":true)"));
}

TEST_CASE("connections that only sit there make room for new ones", "[control]") {
  Fixture f;
  std::vector<UniqueFd> sitting;
  for (size_t i = 0; i < 3 * ControlServer::kMaxConnections; ++i) {
    sitting.push_back(f.connect());
    f.server->serve(f.handler);
  }
  CHECK(f.server->connection_count() == ControlServer::kMaxConnections);
  const auto fd = f.connect();
  Fixture::send(fd, kStatusLine);
  CHECK_FALSE(f.line_from(fd).empty());
}

TEST_CASE("a client that goes away is forgotten", "[control]") {
  Fixture f;
  {
    const auto fd = f.connect();
    Fixture::send(fd, kStatusLine);
  }
  f.server->serve(f.handler);
  f.server->serve(f.handler);
  CHECK(f.server->connection_count() == 0);
}

TEST_CASE("a socket that a killed daemon left is replaced", "[control]") {
  TemporaryFolder folder;
  const auto path = folder.write("kato.sock", "");
  CHECK(ControlServer::open(path));
  CHECK(ControlClient::connect(path).error().code() == ErrorCode::kNotFound);
}

TEST_CASE("a state directory may lie deeper than names of sockets reach", "[control]") {
  TemporaryFolder folder;
  const auto deep = std::string(150, 'd') + "/" + std::string(150, 'e') + "/kato.sock";
  const auto path = folder.write(deep, "");
  const auto server = ControlServer::open(path);
  REQUIRE(server);
  CHECK(ControlClient::connect(path));
}

TEST_CASE("a socket that was removed is made again, and another one's stays", "[control]") {
  Fixture f;
  REQUIRE(::unlink(f.path.c_str()) == 0);
  REQUIRE(f.server->renew());
  const auto fd = f.connect();
  Fixture::send(fd, kStatusLine);
  CHECK(f.line_from(fd).contains("fine"));
  REQUIRE(::unlink(f.path.c_str()) == 0);
  const auto another = std::move(*ControlServer::open(f.path));
  f.server->stop_listening();
  CHECK(connect_to_socket(f.path));
}

TEST_CASE("who asks a daemon to stop that ends already is content with its end", "[control]") {
  TemporaryFolder folder;
  const auto path = folder / "kato.sock";
  auto listening = listen_at_socket(path);
  REQUIRE(listening);
  auto client = ControlClient::connect(path);
  REQUIRE(client);
  const bool is_asked_first = GENERATE(false, true);
  std::thread ending([&] {
    const UniqueFd peer(::accept(listening->get(), nullptr, nullptr));
    char asked = 0;
    if (is_asked_first) static_cast<void>(::recv(peer.get(), &asked, 1, 0));
    *listening = UniqueFd();
  });
  if (!is_asked_first) ending.join();
  CHECK(client->stop(std::chrono::seconds{30}));
  if (is_asked_first) ending.join();
}

TEST_CASE("who is not listened to is not told that the daemon stopped", "[control]") {
  Fixture fixture;
  auto client = ControlClient::connect(fixture.path);
  REQUIRE(client);
  fixture.server->serve(fixture.handler);
  std::vector<UniqueFd> others;  // the oldest connection makes room for the newest
  while (others.size() < ControlServer::kMaxConnections) {
    others.push_back(fixture.connect());
    fixture.server->serve(fixture.handler);
  }
  const auto stopped = client->stop(std::chrono::seconds{30});
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code() == ErrorCode::kRefused);
}

TEST_CASE("P10: a daemon without a handle left answers, and is not kept awake by who waits",
          "[control][P10]") {
  Fixture fixture;
  const auto first = fixture.connect();
  const auto second = fixture.connect();
  Fixture::send(first, kStatusLine);
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  rlimit few = usual;
  few.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<UniqueFd> taken;
  for (UniqueFd fd(::open("/dev/null", O_RDONLY)); fd;
       fd = UniqueFd(::open("/dev/null", O_RDONLY))) {
    taken.push_back(std::move(fd));
  }
  CHECK(fixture.line_from(first).contains("fine"));
  std::vector<pollfd> waited;
  fixture.server->add_waited(waited);
  CHECK(::poll(waited.data(), waited.size(), 0) == 0);
  taken.clear();
  Fixture::send(second, kStatusLine);
  CHECK(fixture.line_from(second).contains("fine"));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
}
