#include "tests/crash/crash_run.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/places.h"

namespace kato::test {
namespace {

constexpr std::chrono::seconds kDeadline{30};
constexpr std::chrono::microseconds kPause{200};
constexpr int64_t kMillisBetweenRuns = 1000;

std::string read_file(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

void append_file(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary | std::ios::app) << content;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

Outcome CrashRun::play(const Kill& first, const Kill& second) {
  outcome_ = {};
  runs_ = 0;
  torn_from_.reset();
  kills_ = {first, second};
  lay_out();
  start();
  for (const auto& stage : scenario_.stages) {
    go(stage);
  }
  end_daemon();
  kills_.clear();
  start();
  for (const auto& stage : scenario_.epilogue) {
    go(stage);
  }
  end_daemon();
  for (const auto& path : scenario_.destinations) {
    outcome_.destinations[path] = read_file(home_ + "/" + path);
  }
  outcome_.twin = read_file(twin_path());
  outcome_.calls = lines_of(read_file(scratch_ + "/trace-1"));
  return std::move(outcome_);
}

void CrashRun::lay_out() {
  for (const auto& folder : {home_, scratch_}) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  for (const auto& [path, content] : scenario_.files) {
    append_file(home_ + "/" + path, content);
  }
  std::filesystem::permissions(home_ + "/.kato", std::filesystem::perms::owner_all);
  log_bytes_ = std::filesystem::file_size(home_ + "/" + scenario_.log);
}

UnixMillis CrashRun::clock_of_run() const {
  return {begin_.value + kMillisBetweenRuns * static_cast<int64_t>(runs_)};
}

std::map<std::string, std::string> CrashRun::environment(const Kill& kill) const {
  std::map<std::string, std::string> variables{
      {"HOME", home_},
      {"TZ", "UTC"},
      {"PATH", "/usr/bin:/bin"},
      {"LD_PRELOAD", binary_dir() + "/lib/kato_kill_shim.so"},
      {"KATO_SHIM_BELOW", home_},
      {"KATO_SHIM_TRACE", scratch_ + "/trace-" + std::to_string(runs_)},
      {"KATO_SHIM_AT", std::to_string(kill.at)},
      {"KATO_SHIM_NOW", std::to_string(clock_of_run().value)}};
  if (kill.half) variables["KATO_SHIM_HALF"] = "1";
  return variables;
}

// Until it says that it is ready, or does not live any more.
void CrashRun::start() {
  Kill kill;
  if (runs_ < kills_.size()) kill = kills_[runs_];
  ++runs_;
  daemon_ = std::make_unique<Process>(std::vector<std::string>{binary_dir() + "/bin/kato", "run"},
                                      environment(kill), scratch_);
  const auto ready = [this] {
    return daemon_->err_so_far().find("ready") != std::string::npos || daemon_->has_ended();
  };
  if (!eventually(ready, kDeadline, kPause)) problem("a daemon did not get ready");
  restart_if_dead();
}

void CrashRun::restart_if_dead() {
  if (!daemon_->has_ended()) return;
  const auto finished = daemon_->wait();
  if (finished.exit_code != -SIGKILL) {
    return problem("kato ended with " + std::to_string(finished.exit_code) + ": " + finished.err);
  }
  if (outcome_.kills++ == 0) outcome_.twin_at_kill = committed_twin();
  start();
}

void CrashRun::go(const Stage& stage) {
  if (!outcome_.problems.empty()) return;
  if (!stage.edit.empty()) append_file(home_ + "/" + scenario_.destinations.front(), stage.edit);
  if (!stage.log.empty()) {
    outcome_.watched_from[log_bytes_].insert(clock_of_run());
    if (torn_from_) outcome_.watched_from[*torn_from_].insert(clock_of_run());
    torn_from_ = stage.log.ends_with('\n') ? std::nullopt : std::optional(log_bytes_);
    append_file(home_ + "/" + scenario_.log, stage.log);
    log_bytes_ += stage.log.size();
  }
  for (const auto& expectation : stage.then) {
    if (await([&] { return holds(expectation); })) continue;
    return problem("waited in vain for " + expectation.text + " in " + expectation.file + "\n" +
                   daemon_->err_so_far());
  }
}

bool CrashRun::await(const std::function<bool()>& holds) {
  const auto come = [&] {
    if (holds()) return true;
    if (outcome_.problems.empty()) restart_if_dead();
    return !outcome_.problems.empty();
  };
  return eventually(come, kDeadline, kPause) && outcome_.problems.empty();
}

bool CrashRun::holds(const Expectation& expectation) const {
  const auto path =
      expectation.file.starts_with("*") ? twin_path() : home_ + "/" + expectation.file;
  return read_file(path).find(expectation.text) != std::string::npos;
}

void CrashRun::end_daemon() {
  if (!outcome_.problems.empty()) return daemon_.reset();
  daemon_->send(SIGTERM);
  const auto finished = daemon_->wait();
  if (finished.exit_code == 0) return;
  if (finished.exit_code != -SIGKILL) {
    return problem("kato ended with " + std::to_string(finished.exit_code) + ": " + finished.err);
  }
  if (outcome_.kills++ == 0) outcome_.twin_at_kill = committed_twin();
  start();
  end_daemon();
}

std::string CrashRun::twin_path() const {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(home_ + "/.kato/sessions", none)) {
    if (entry.path().string().ends_with(".twin.jsonl")) return entry.path().string();
  }
  return {};
}

// A twin that is still being made, of which no meta speaks, may be begun again.
std::string CrashRun::committed_twin() const {
  constexpr std::string_view kTwin = ".twin.jsonl";
  const auto twin = twin_path();
  if (twin.empty()) return {};
  const auto meta = read_file(twin.substr(0, twin.size() - kTwin.size()) + ".meta.json");
  return meta.find(R"("twin":{"exists":true)") == std::string::npos ? "" : read_file(twin);
}

void CrashRun::problem(const std::string& what) {
  outcome_.problems.push_back(what);
}

}  // namespace kato::test
