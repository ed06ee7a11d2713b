// The part of the world in which the daemon lives and dies.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/io/files.h"

#include "tests/simulation/tokens.h"
#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kQuietTime{40'000};
constexpr milliseconds kLeap{10'000};
constexpr int kExactHops = 4;  // that wait exactly as long as the daemon says
constexpr int kMostHops = 400;
// What settling takes, whether the daemon needs it or is not even there: so a history has the same
// times whatever fails in it.
constexpr milliseconds kSettlingTime{7'200'000};
constexpr std::string_view kBootIdFile = "/proc/sys/kernel/random/boot_id";

}  // namespace

bool World::daemon_step(const Step& step) {
  switch (step.kind) {
    case StepKind::kWait:
      wait(milliseconds(step.amount));
      return true;
    case StepKind::kJump:
      settle();
      clock_.set({clock_.now().value + step.amount});
      return true;
    case StepKind::kWork:
      work();
      return true;
    case StepKind::kSettle:
      settle();
      return true;
    case StepKind::kStop:
      stop();
      return true;
    case StepKind::kKill:
    case StepKind::kPowerLoss:
      die(step.kind == StepKind::kPowerLoss);
      settle();
      return true;
    case StepKind::kStart:
      start(step.what);
      return true;
    case StepKind::kOverflow:
      if (!history_.by_polling) events_.overflow();
      run_was_disturbed_ = true;
      return true;
    case StepKind::kRequest:
      request(step);
      return true;
    case StepKind::kFault:
      plan(step);
      return true;
    default:
      return false;
  }
}

// In the run that goes on, or else in the next one.
void World::plan(const Step& step) {
  auto& faults = files_ ? files_->faults : planned_;
  faults.push_back(step.fault);
  faults.back().first = (files_ ? files_->calls() : 0) + static_cast<uint64_t>(step.amount);
  run_was_disturbed_ = true;
}

void World::start(uint32_t config) {
  if (daemon_) return work();
  put_config(config);
  upgrade_plugins(config);
  if (input_.breakage == Breakage::kJournalsAreGone) {
    for (const auto& path : disk_.files_below(state() + "/sessions")) {
      if (path.ends_with(".writes")) disk_.drop(path);
    }
  }
  events_.forget();
  files_ = std::make_unique<SimFileSystem>(machine_);
  files_->ignores_syncs = input_.breakage == Breakage::kSyncsAreIgnored;
  files_->forgets_metas = input_.breakage == Breakage::kMetasAreForgotten;
  files_->before_call = [this](uint64_t call) { before_call(call); };
  if (input_.trace) {
    files_->after_call = [this](uint64_t call, const std::string& what, const std::string& path,
                                int error) {
      trace(fmt::format("     {:5} {} {}{}", call, what, path,
                        error == 0 ? "" : fmt::format(" -> errno {}", error)));
    };
  }
  ++run_;
  run_started_ = clock_.now();
  run_was_disturbed_ = !planned_.empty();
  files_->faults = std::exchange(planned_, {});
  wall_times_.push_back({run_, clock_.now()});
  oldest_since_ = oldest_since_ ? std::min(*oldest_since_, run_started_) : run_started_;
  files_->limit_calls(input_.most_calls_at_once);
  auto assembly = assemble(*files_);
  if (!assembly) return did_not_start(assembly.error());
  auto daemon = Daemon::make({.files = *files_,
                              .clock = clock_,
                              .environment = environment_,
                              .assembly = std::move(*assembly),
                              .make_folder_events = [this]() -> std::unique_ptr<FolderEvents> {
                                if (history_.by_polling) return nullptr;
                                return make_sim_folder_events(events_);
                              },
                              .reassemble = [this] { return assemble(*files_); },
                              .part_bytes = part_bytes()});
  if (!daemon) return did_not_start(daemon.error());
  daemon_ = std::move(*daemon);
  surest_since_ = surest_since_ ? std::min(*surest_since_, run_started_) : run_started_;
  is_scanning_first_ = true;
  work();
  is_scanning_first_ = false;
}

void World::did_not_start(const Error& error) {
  note_unrest();
  if (files_->hits() == 0) violations_.push_back("the daemon did not start: " + error.message());
  die(files_->is_dead() && random_.one_in(4));
}

SinceBounds World::since() const {
  return {.at_least = *oldest_since_,
          .at_most = *surest_since_,
          .may_be_seen_late = run_was_disturbed_};
}

void World::stop() {
  settle();
  if (!daemon_) return;
  const auto hits = files_->hits();
  files_->limit_calls(input_.most_calls_at_once);
  const auto ended = daemon_->finish();
  if (!ended || files_->is_dead()) {
    surest_since_.reset();  // it may have noted that it ended
    return die(false);
  }
  if (files_->hits() == hits) {
    oldest_since_.reset();
  }
  surest_since_.reset();
  daemon_.reset();
  all_calls_ += files_->calls();
  damage_.failed_calls += files_->hits();
  files_.reset();
}

// The process is gone; with the power, what was not synced, too.
void World::die(bool with_power) {
  if (files_) {
    note_unrest();
    files_->kill();
    trace(fmt::format("     the daemon is dead at call {}", files_->calls()));
    all_calls_ += files_->calls();
    damage_.failed_calls += files_->hits();
    ++damage_.killed_runs;
    for (auto& conversation : conversations_) {
      read_perhaps(conversation);
    }
  }
  daemon_.reset();
  files_.reset();
  do_all_later();
  if (!with_power) return;
  ++damage_.power_losses;
  std::ranges::for_each(conversations_, tear_unsettled);
  if (disk_.keeps_order) forget_what_was_never_synced();
  disk_.lose_power(random_, history_.power_loss);
  disk_.put(std::string(kBootIdFile), fmt::format("boot-{}\n", ++boots_));
}

// A run wrote with durability none: what Kato knew and did may be as if it had not been.
void World::forget_what_was_never_synced() {
  std::ranges::for_each(conversations_, forget_perhaps);
  for (auto& [path, file] : user_files_) {
    file.perhaps.merge(file.removed);
    file.removed.clear();
    file.settled.clear();
    file.settled_size = 0;
  }
}

void World::do_all_later() {
  for (const auto& later : std::exchange(meanwhile_, {})) {
    do_later(later);
  }
}

void World::work() {
  if (!daemon_) return do_all_later();
  wall_times_.push_back({run_, clock_.now()});
  looked_before_ = std::exchange(looked_, clock_.now());
  is_working_ = true;
  files_->limit_calls(input_.most_calls_at_once);
  daemon_->work([this] { return files_->is_dead(); });
  is_working_ = false;
  do_all_later();
  if (!daemon_) return;  // it worked then, and died
  for (auto& conversation : conversations_) {
    read_perhaps(conversation);
  }
  if (files_->is_dead()) die(random_.one_in(4));
}

void World::wait(std::chrono::milliseconds duration) {
  for (int hop = 0; daemon_ && duration.count() > 0 && hop < kExactHops; ++hop) {
    work();
    if (!daemon_) break;
    if (events_.has_events()) continue;  // they wake it
    const auto due = daemon_->due();
    auto pause = due ? std::chrono::ceil<milliseconds>(*due - clock_.steady()) : duration;
    pause = std::clamp(pause, milliseconds(1), duration);
    clock_.advance(pause);
    duration -= pause;
  }
  clock_.advance(duration);
  work();
}

void World::settle() {
  const auto end = clock_.steady() + kSettlingTime;
  if (!daemon_) do_all_later();
  work_until_quiet();
  const auto left = end - clock_.steady();
  if (left.count() > 0) clock_.advance(std::chrono::duration_cast<milliseconds>(left));
  if (daemon_) note_settled();
}

// Until nothing was written and nothing failed for a while.
void World::work_until_quiet() {
  milliseconds quiet{0};
  int exact_hops = 0;
  for (int hop = 0; daemon_ && quiet < kQuietTime && hop < kMostHops; ++hop) {
    if (!meanwhile_.empty()) exact_hops = 0;  // what happens now is seen in time
    const auto writes = writes_;
    const auto hits = files_->hits();
    work();
    if (!daemon_) return;
    if (writes != writes_ || hits != files_->hits()) quiet = milliseconds(0);
    const auto due = daemon_->due();
    if (events_.has_events()) continue;
    if (!due) break;
    auto pause = std::chrono::ceil<milliseconds>(*due - clock_.steady());
    pause = std::clamp(pause, milliseconds(1), kQuietTime);
    if (++exact_hops > kExactHops) pause = std::max(pause, kLeap);
    clock_.advance(pause);
    quiet += pause;
  }
}

void World::note_unrest() {
  if (!files_->is_restless()) return;
  violations_.push_back(fmt::format("P9: the daemon did not come to rest within {} calls",
                                    input_.most_calls_at_once));
}

void World::note_settled() {
  trace(fmt::format("     settled at call {}", files_->calls()));
  ++moment_;
  for (auto& conversation : conversations_) {
    decide(conversation, run_, since(), moment_);
  }
  const auto note = [this](const std::string& folder) {
    for (const auto& path : disk_.files_below(folder)) {
      const auto content = disk_.content(path);
      if (!content) continue;
      auto& file = user_files_[path];
      file.is_missing = false;
      file.settled_size = content->size();
      for (const auto& found : find_tokens(*content)) {
        file.settled.insert(found.token);
      }
    }
  };
  note(project(0) + "/notes");
  note(project(1) + "/notes");
  note(state() + "/recordings");
}

void World::before_call(uint64_t call) {
  for (size_t i = 0; i < meanwhile_.size(); ++i) {
    if (meanwhile_[i].call > call) continue;
    const auto later = meanwhile_[i];
    meanwhile_.erase(meanwhile_.begin() + static_cast<std::ptrdiff_t>(i));
    do_later(later);
    return;
  }
}

// The state folder is Kato's, the projects are where it may write; that it writes to nothing but
// destinations there is for the oracle to see.
void World::note_write(const std::string& path) {
  const auto is_below = [&path](const std::string& folder) {
    return path == folder || path.starts_with(folder + "/");
  };
  if (!path.starts_with(state() + "/runtime/")) ++writes_;
  if (is_below(state()) || is_below(project(0)) || is_below(project(1))) return;
  violations_.push_back("P5: something was written outside of the allowed roots: " + path);
}

}  // namespace kato::simulation
