// kato-bench-daemon restart|idle|append FOLDER KATO TAILER RSYSLOG ... : what the running daemon
// costs, beside its references in the same run. Called by bench/daemon, which lays the FOLDER out;
// TAILER and RSYSLOG may be "-": not there. Prints rows of markdown tables.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/arguments.h"
#include "bench/tailers.h"

namespace kato::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDeadlineMillis = 20'000;

double millis_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1,
                         static_cast<size_t>(part * static_cast<double>(values.size())))];
}
double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

[[noreturn]] void give_up(const std::string& why) {
  bench::give_up("kato-bench-daemon", why);
}

// Until it has used no CPU for a second: then it waits for news.
void await_idle(WatchedProcess& process) {
  constexpr std::chrono::milliseconds kLook{500};
  constexpr int kLooks = 4;
  double before = -1;
  for (int calm = 0; calm < kLooks;) {
    std::this_thread::sleep_for(kLook);
    if (!process.alive()) give_up("a daemon ended by itself");
    const double now = process.usage().cpu_ms;
    calm = now - before < 1 ? calm + 1 : 0;
    before = now;
  }
}

struct Programs {
  std::string kato;
  std::string tailer;
  std::string rsyslog;
  std::string stat_walk;
};

// The conversation in FOLDER/home that grows; FOLDER/log holds its path.
std::string grown_log(const std::string& folder) {
  std::string path;
  if (auto* file = std::fopen((folder + "/log").c_str(), "re")) {
    char line[4096];
    if (std::fgets(line, sizeof(line), file) != nullptr) path = line;
    static_cast<void>(std::fclose(file));
  }
  while (path.ends_with('\n')) {
    path.pop_back();
  }
  if (path.empty()) give_up("no path in " + folder + "/log");
  return path;
}

KatoTailer make_kato(const Programs& programs, const std::string& folder) {
  return {programs.kato, folder + "/home", folder + "/state", grown_log(folder)};
}

void first_start(KatoTailer& kato) {
  const auto begin = Clock::now();
  kato.start();
  if (!kato.begin_recording()) give_up("the recording did not begin");
  const double recording_ms = millis_since(begin);
  await_idle(kato.process());
  const auto usage = kato.process().usage();
  std::printf(
      "first start: the first recording after %.0f ms; all known after %.0f ms of CPU, "
      "%.1f MB read, %.1f MB resident\n",
      recording_ms, usage.cpu_ms, static_cast<double>(usage.read_bytes) / 1e6, usage.resident_mb);
  static_cast<void>(std::fflush(stdout));
}

// G6. The record is appended while no daemon runs.
void measure_restart(const Programs& programs, const std::string& folder, int rounds) {
  auto kato = make_kato(programs, folder);
  first_start(kato);
  kato.end();
  std::vector<double> walk_ms, walk_cpu, wall_ms, until_cpu, life_cpu;
  for (int round = 0; round < rounds; ++round) {
    if (programs.stat_walk != "-") {
      const auto begin = Clock::now();
      WatchedProcess walk({programs.stat_walk, folder + "/home/.claude", folder + "/home/.codex",
                           folder + "/home/.gemini"},
                          {}, folder + "/walk-said");
      walk_cpu.push_back(walk.wait());
      walk_ms.push_back(millis_since(begin));
    }
    const auto marker = "restart-" + std::to_string(::getpid()) + "-" + std::to_string(round) + ".";
    kato.append(marker);
    Awaited awaited(kato.output());
    const auto begin = Clock::now();
    kato.start();
    if (!awaited.wait_for(marker, kDeadlineMillis)) give_up("no record after a restart");
    wall_ms.push_back(millis_since(begin));
    until_cpu.push_back(kato.process().usage().cpu_ms);
    await_idle(kato.process());
    life_cpu.push_back(kato.end());
  }
  std::printf(
      "\n| restart, until a new record is out | wall ms | CPU ms | CPU ms of the whole run | "
      "of walk and stat |\n|---|---|---|---|---|\n");
  const double reference = walk_cpu.empty() ? 0 : median(walk_cpu);
  if (reference > 0) {
    std::printf("| walk and stat | %.0f | %.0f | %.0f | 1.00 |\n", median(walk_ms), reference,
                reference);
  }
  std::printf("| kato | %.0f | %.0f | %.0f | %.2f |\n", median(wall_ms), median(until_cpu),
              median(life_cpu), reference > 0 ? median(until_cpu) / reference : 0);
}

// G7. Both wait for the same folders.
void measure_idle(const Programs& programs, const std::string& folder, int seconds) {
  auto kato = make_kato(programs, folder);
  std::vector<Tailer*> all = {&kato};
  kato.start();
  std::unique_ptr<BareTailer> bare;
  if (programs.tailer != "-") {
    bare = std::make_unique<BareTailer>(programs.tailer, folder + "/home", folder, kato.log());
    bare->start();
    all.push_back(bare.get());
  }
  for (auto* tailer : all) {
    await_idle(tailer->process());
  }
  std::vector<Usage> before;
  before.reserve(all.size());
  for (auto* tailer : all) {
    before.push_back(tailer->process().usage());
  }
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  std::printf(
      "\n| idle for %d s | CPU %% | wake-ups per s | resident MB | open files |\n"
      "|---|---|---|---|---|\n",
      seconds);
  for (size_t i = 0; i < all.size(); ++i) {
    const auto now = all[i]->process().usage();
    std::printf("| %s | %.3f | %.2f | %.1f | %zu |\n", all[i]->name().c_str(),
                (now.cpu_ms - before[i].cpu_ms) / (seconds * 10.0),
                static_cast<double>(now.wake_ups - before[i].wake_ups) / seconds, now.resident_mb,
                now.open_files);
  }
  for (auto* tailer : all) {
    static_cast<void>(tailer->end());
  }
}

struct Appends {
  std::vector<double> latency_ms;
  Usage before;
  Usage after;
};

void print_appends(const std::string& what, const Appends& appends, size_t count) {
  const auto n = static_cast<double>(count);
  std::printf("| %s | %.2f | %.2f | %.3f | %.1f |\n", what.c_str(), median(appends.latency_ms),
              quantile(appends.latency_ms, 0.99),
              (appends.after.cpu_ms - appends.before.cpu_ms) / n,
              static_cast<double>(appends.after.read_bytes - appends.before.read_bytes) / n / 1e3);
}

// G8 and G9: appends in turn to logs of the same size.
void measure_append(const Programs& programs, const std::string& folder, size_t count,
                    int pause_ms) {
  auto kato = make_kato(programs, folder);
  const auto others = folder + "/others";
  std::vector<Tailer*> all = {&kato};
  kato.start();
  if (!kato.begin_recording()) give_up("the recording did not begin");
  std::unique_ptr<BareTailer> bare;
  std::unique_ptr<Rsyslog> rsyslog;
  if (programs.tailer != "-") {
    const auto log = others + "/bare/" + std::filesystem::path(kato.log()).filename().string();
    bare = std::make_unique<BareTailer>(programs.tailer, others + "/bare", folder, log);
    bare->start();
    all.push_back(bare.get());
  }
  if (programs.rsyslog != "-") {
    const auto log = others + "/rsyslog/" + std::filesystem::path(kato.log()).filename().string();
    rsyslog = std::make_unique<Rsyslog>(programs.rsyslog, folder, log);
    rsyslog->start();
    all.push_back(rsyslog.get());
  }
  std::vector<Appends> results(all.size());
  std::vector<std::unique_ptr<Awaited>> outputs;
  for (auto* tailer : all) {
    await_idle(tailer->process());
    outputs.push_back(std::make_unique<Awaited>(tailer->output()));
  }
  constexpr size_t kWarmUp = 20;
  for (size_t i = 0; i < count + kWarmUp; ++i) {
    for (size_t k = 0; k < all.size(); ++k) {
      if (i == kWarmUp) results[k].before = all[k]->process().usage();
      const auto marker = "append-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".";
      const auto begin = Clock::now();
      all[k]->append(marker);
      if (!outputs[k]->wait_for(marker, kDeadlineMillis)) {
        give_up(all[k]->name() + " lost a record");
      }
      if (i >= kWarmUp) results[k].latency_ms.push_back(millis_since(begin));
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
    }
  }
  for (size_t k = 0; k < all.size(); ++k) {
    await_idle(all[k]->process());
    results[k].after = all[k]->process().usage();
    const auto size = std::filesystem::file_size(all[k]->log()) / 1'000'000;
    const auto pace =
        pause_ms == 0 ? "one after the other"
                      : "every " + std::to_string(pause_ms * static_cast<int>(all.size())) + " ms";
    print_appends(all[k]->name() + ", " + std::to_string(size) + " MB, " + pace, results[k], count);
  }
  for (auto* tailer : all) {
    static_cast<void>(tailer->end());
  }
}

int run(const std::vector<std::string>& words) {
  if (words.size() < 7) {
    static_cast<void>(
        std::fputs("usage: kato-bench-daemon restart|idle|append FOLDER KATO TAILER "
                   "RSYSLOG STATWALK ROUNDS|SECONDS|COUNT [PAUSE_MS]\n",
                   stderr));
    return 2;
  }
  const Programs programs{words[2], words[3], words[4], words[5]};
  const int number = number_from(words[6], 1);
  if (words[0] == "restart") measure_restart(programs, words[1], number);
  if (words[0] == "idle") measure_idle(programs, words[1], number);
  if (words[0] == "append") {
    const int pause_ms = words.size() > 7 ? number_from(words[7], 0) : 10;
    measure_append(programs, words[1], static_cast<size_t>(number), pause_ms);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace kato::bench

int main(int count, char** arguments) {
  return kato::bench::run({arguments + 1, arguments + count});
}
