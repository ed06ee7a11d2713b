#include "tests/e2e/home.h"

#include <csignal>
#include <fstream>

#include "host/base/clock.h"
#include "host/base/time_text.h"

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {
namespace {

std::string program() {
  return binary_dir() + "/bin/kato";
}

}  // namespace

Home::Home() {
  write("proj/.keep", "");
}

std::map<std::string, std::string> Home::environment() const {
  auto variables = more_;
  variables.insert({{"HOME", folder_.path()}, {"TZ", "UTC"}, {"PATH", "/usr/bin:/bin"}});
  return variables;
}

void Home::stop_clock_at(UnixMillis time) {
  set("LD_PRELOAD", binary_dir() + "/lib/kato_kill_shim.so");
  set("KATO_SHIM_NOW", std::to_string(time.value));
}

Finished Home::kato(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program());
  return Process(arguments, environment(), folder_.path()).wait();
}

std::unique_ptr<Process> Home::begin(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program());
  return std::make_unique<Process>(arguments, environment(), folder_.path());
}

std::unique_ptr<Process> Home::start_daemon() const {
  auto daemon = begin({"run"});
  REQUIRE(eventually([&] { return daemon->err_so_far().find("ready") != std::string::npos; }));
  return daemon;
}

void Home::stop(Process& daemon) {
  daemon.send(SIGTERM);
  const auto finished = daemon.wait();
  INFO(finished.err);
  CHECK(finished.exit_code == 0);
}

void Home::append(std::string_view name, std::string_view content) const {
  std::ofstream(path(name), std::ios::binary | std::ios::app) << content;
}

bool Home::contains(std::string_view name, std::string_view text) const {
  return read(name).find(text) != std::string::npos;
}

std::string Home::line(std::string_view uuid, std::string_view time, std::string_view rest) const {
  const auto now = time.empty() ? format_rfc3339(SystemClock().now()) : std::string(time);
  return R"({"parentUuid":null,"isSidechain":false,"userType":"external","cwd":")" + path("proj") +
         R"(","sessionId":"11111111-2222-4333-8444-555555555555","version":"2.1.330","uuid":")" +
         std::string(uuid) + R"(","timestamp":")" + now + R"(","entrypoint":"cli",)" +
         std::string(rest) + "}\n";
}

std::string Home::user(std::string_view uuid, std::string_view text, std::string_view time) const {
  return line(uuid, time,
              R"("type":"user","message":{"role":"user","content":")" + std::string(text) +
                  R"("},"promptSource":"typed","origin":{"kind":"human"})");
}

std::string Home::assistant(std::string_view uuid, std::string_view text) const {
  return line(uuid, {},
              R"("type":"assistant","message":{"model":"claude-opus-5-5","id":"m-)" +
                  std::string(uuid) +
                  R"(","type":"message","role":"assistant","content":[{"type":"text","text":")" +
                  std::string(text) + R"("}],"usage":{"input_tokens":1,"output_tokens":2}})");
}

}  // namespace kato::test
