#include "tests/simulation/world.h"

#include <iostream>

#include <fmt/format.h>

#include "host/event/event_id.h"

namespace kato::simulation {
namespace {

constexpr std::string_view kBootIdFile = "/proc/sys/kernel/random/boot_id";
constexpr int kProjects = 2;

}  // namespace

World::World(const WorldInput& input, const History& history)
    : input_(input),
      history_(history),
      random_(history.seed ^ 0x5EED),
      disk_(clock_),
      events_(disk_),
      real_files_(make_posix_file_system()),
      machine_{.disk = disk_,
               .real = *real_files_,
               .plugin_folder = input.plugin_folder,
               .locks = {},
               .on_write = [this](const std::string& path) { note_write(path); }},
      environment_({{"HOME", home()}, {"TZ", "UTC"}}) {
  disk_.put(std::string(kBootIdFile), "boot-0\n");
  for (uint32_t i = 0; i < kProjects; ++i) {
    bystanders_[project(i) + "/README.md"] = "My own file.\n";
    disk_.put(AgentHome::gemini_root(home()) + fmt::format("/tmp/p{}/.project_root", i),
              project(i));
  }
  bystanders_[home() + "/notes.md"] = "Other notes of mine.\n";
  for (const auto& [path, content] : bystanders_) {
    disk_.put(path, content);
  }
  for (uint32_t i = 0; i < history.sessions; ++i) {
    const auto kind = static_cast<AgentKind>((history.seed + i) % kAgentKinds);
    conversations_.push_back(
        {.log = AgentLog(kind, i + 1, home(), project(i), UnixMillis{clock_.now().value - 5000}),
         .spoken = {},
         .made_in_run = {},
         .made_at = {},
         .made_after = {}});
  }
}

World::~World() {
  if (files_) files_->kill();  // what the daemon does at its end is none of this world's business
}

std::string World::project(uint32_t session) const {
  return home() + fmt::format("/p{}", session % kProjects);
}

void World::trace(const std::string& line) const {
  if (input_.trace) std::cout << line << '\n';
}

void World::play() {
  for (const auto& step : history_.steps) {
    if (next_is_meanwhile_) {
      const bool others = step.kind <= StepKind::kUserFile;
      const auto calls = static_cast<uint64_t>(*next_is_meanwhile_);
      next_is_meanwhile_.reset();
      if (others) {
        meanwhile_.push_back({(files_ ? files_->calls() : 0) + calls, clock_.now(), step});
        continue;
      }
    }
    agents_now_ = clock_.now();
    do_step(step);
  }
  if (files_) files_->faults.clear();
  planned_.clear();
  write_rest();
  if (!daemon_) start(config_);
  settle();
}

void World::do_step(const Step& step) {
  trace(fmt::format("== {} (wall {}, call {})", to_text(step), clock_.now().value, calls()));
  if (step.kind == StepKind::kMeanwhile) {
    next_is_meanwhile_ = step.amount;
    return;
  }
  if (agent_step(step) || user_step(step)) return;
  daemon_step(step);
}

void World::do_later(const Meanwhile& later) {
  agents_now_ = later.planned_at;
  do_step(later.step);
}

void World::restart() {
  stop();
  start(config_);
  settle();
}

std::string World::twin_of(uint32_t session) const {
  const auto& log = conversations_[session].log;
  const auto id = make_session_id(log.provider(), log.provider_session_id());
  return fmt::format("{}/sessions/{}-{}.twin.jsonl", state(), log.provider(), id);
}

std::string World::shared_destination() const {
  return fmt::format("{}/recordings/shared.{}", state(), history_.seed % 2 == 0 ? "md" : "jsonl");
}

void World::lose_index() {
  stop();
  disk_.drop(state() + "/daemon-control.json");
}

void World::touch_logs() {
  for (const auto& conversation : conversations_) {
    disk_.touch(conversation.log.path());
    disk_.touch(conversation.log.packed_path());
  }
}

void World::drop_logs() {
  for (auto& conversation : conversations_) {
    disk_.drop(conversation.log.path());
    disk_.drop(conversation.log.packed_path());
    conversation.file_exists = false;
  }
}

}  // namespace kato::simulation
