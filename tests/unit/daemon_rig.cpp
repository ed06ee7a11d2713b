#include "tests/unit/daemon_rig.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "host/base/time_text.h"
#include "host/event/event_id.h"
#include "host/session/run_mark.h"

#include "tests/support/catch.h"
#include "tests/support/places.h"

namespace kato::test {
namespace {

std::string provider_session_id(int number) {
  return fmt::format("{:08x}-2222-4333-8444-555555555555", number);
}

std::string escaped(std::string_view text) {
  return nlohmann::json(std::string(text)).dump();
}

}  // namespace

DaemonRig::DaemonRig() : environment_({{"HOME", home.path()}, {"TZ", "UTC"}}) {
  home.write("proj/.keep", "");
  home.write(".claude/projects/-proj/.keep", "");
}

Result<std::unique_ptr<Assembly>> DaemonRig::assemble() {
  return Assembly::make({.files = files,
                         .environment = environment_,
                         .program_path = binary_dir() + "/bin/kato",
                         .state_dir = home / "state",
                         .config_path = {}});
}

Result<std::unique_ptr<Daemon>> DaemonRig::make(DaemonPurpose purpose) {
  auto assembly = assemble();
  REQUIRE(assembly);
  return Daemon::make({.files = files,
                       .clock = clock,
                       .environment = environment_,
                       .assembly = std::move(*assembly),
                       .make_folder_events = make_events,
                       .reassemble = [this] { return assemble(); },
                       .resident_bytes = [this] { return resident_bytes; },
                       .process_id = 1234,
                       .user_id = user_id,
                       .version = "test",
                       .purpose = purpose,
                       .part_bytes = part_bytes,
                       .most_handles = most_handles,
                       .mirror_log = false});
}

void DaemonRig::work(Daemon& daemon) {
  constexpr std::chrono::milliseconds kALittle{1100};
  constexpr int kMostSteps = 10'000;
  for (int rounds = 0; rounds < 5; ++rounds) {
    int steps = 0;
    daemon.work([&steps] { return ++steps > kMostSteps; });
    if (steps > kMostSteps) FAIL("the daemon does not come to rest");
    clock.advance(kALittle);
  }
}

std::unique_ptr<Daemon> DaemonRig::working() {
  auto daemon = make();
  if (!daemon) FAIL(daemon.error().message());
  work(**daemon);
  return std::move(*daemon);
}

void DaemonRig::lose_power(std::unique_ptr<Daemon>& daemon) {
  daemon.reset();
  files.fault = {};
  auto mark = read("state/runtime/run.json");
  const auto boot = read_boot_id(files);
  REQUIRE(mark.contains(boot));
  mark.replace(mark.find(boot), boot.size(), "another boot");
  home.write("state/runtime/run.json", mark);
}

nlohmann::ordered_json DaemonRig::ask(Daemon& daemon, const ControlRequest& request) {
  const auto answer = daemon.handle(request);
  if (!answer) FAIL(answer.error().message());
  return nlohmann::ordered_json::parse(*answer);
}

std::string DaemonRig::log(int number) const {
  return home / (".claude/projects/-proj/" + provider_session_id(number) + ".jsonl");
}

std::string DaemonRig::session_id(int number) const {
  return make_session_id("claude", provider_session_id(number));
}

std::string DaemonRig::key(int number) const {
  return make_session_key("claude", session_id(number));
}

void DaemonRig::say(int number, std::string_view text, std::string_view time) {
  const auto at = time.empty() ? format_rfc3339(clock.now()) : std::string(time);
  std::ofstream(log(number), std::ios::binary | std::ios::app)
      << R"({"parentUuid":null,"isSidechain":false,"userType":"external","cwd":)"
      << escaped(home / "proj") << R"(,"sessionId":")" << provider_session_id(number)
      << R"(","version":"2.1.330","uuid":"u)" << ++lines_ << R"(","timestamp":")" << at
      << R"(","entrypoint":"cli","type":"user","message":{"role":"user","content":)"
      << escaped(text) << R"(},"promptSource":"typed","origin":{"kind":"human"}})" << "\n";
}

SessionMeta DaemonRig::meta(int number) {
  MetaStore metas(files, StateFolder(home / "state"));
  auto meta = metas.load(key(number));
  REQUIRE(meta);
  REQUIRE(*meta);
  return std::move(**meta);
}

void DaemonRig::configure(std::string_view yaml) const {
  home.write("state/kato.yaml", "schemaVersion: 1\n" + std::string(yaml));
  std::filesystem::permissions(home / "state", std::filesystem::perms::owner_all);
}

bool is_degraded(const DaemonStatus& status, std::string_view what) {
  return std::ranges::any_of(status.degraded,
                             [&](const DegradedStatus& one) { return one.what.contains(what); });
}

std::string cause_of(Daemon& daemon, std::string_view what) {
  for (const auto& one : daemon.status(true).degraded) {
    if (one.what.contains(what)) return one.cause;
  }
  return {};
}

}  // namespace kato::test
