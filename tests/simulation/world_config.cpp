// The part of the world in which the daemon's config is written.
#include <array>

#include <fmt/format.h>

#include "host/session/checksum.h"

#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

constexpr uint64_t kPartSizes = 0x9A27;  // tells these numbers from others of the seed
constexpr std::string_view kNoDurability = "none";

std::string_view durability_of(uint32_t config, PowerLossOrder order) {
  switch (config % 4) {
    case 0:
      return "commit";
    case 1:
      // It promises an order, and only a file system that keeps it can.
      return order == PowerLossOrder::kByTime ? kNoDurability : "interval";
    default:
      return "interval";
  }
}

bool removes_twins(uint32_t config) {
  return config / 8 % 4 == 3;
}

bool upgrades_plugins(uint32_t config) {
  return config / 32 % 4 == 3;
}

}  // namespace

std::string World::config_text(uint32_t config) const {
  return fmt::format(
      "schemaVersion: 1\nglobalAutoGenerateSnapshots: {}\ndurability: {}\ntimezone: utc\n"
      "cleanSessionStatesOnShutdown: {}\n",
      config / 4 % 2 == 0, durability_of(config, history_.power_loss), removes_twins(config));
}

// What is done in parts: mostly in one, in others a line or a few at a time.
uint64_t World::part_bytes() const {
  constexpr std::array<uint64_t, 4> kSizes = {kDefaultPartBytes, 1, 700, 4000};
  return kSizes.at(Random(history_.seed ^ kPartSizes).below(kSizes.size()));
}

void World::put_config(uint32_t config) {
  config_ = config;
  twins_may_be_gone_ = twins_may_be_gone_ || removes_twins(config);
  if (durability_of(config, history_.power_loss) == kNoDurability) disk_.keeps_order = true;
  disk_.put(state() + "/kato.yaml", config_text(config));
}

// What was read until now was read by other versions.
void World::upgrade_plugins(uint32_t config) {
  if (!upgrades_plugins(config)) return;
  constexpr std::string_view kVersion = R"("pluginVersion":")";
  for (const auto& path : disk_.files_below(state() + "/sessions")) {
    if (!path.ends_with(".meta.json")) continue;
    auto meta = *disk_.content(path);
    for (auto at = meta.find(kVersion); at != std::string::npos; at = meta.find(kVersion, at)) {
      at += kVersion.size();
      meta[at] = '9';
    }
    meta.resize(meta.rfind(",\"checksum\":"));
    meta.push_back('}');
    append_checksum(meta);
    disk_.put(path, meta);
  }
}

Result<std::unique_ptr<Assembly>> World::assemble(FileSystem& files) {
  return Assembly::make({.files = files,
                         .environment = environment_,
                         .program_path = input_.plugin_folder + "/../../../bin/kato",
                         .state_dir = {},
                         .config_path = {}});
}

// The config file becomes another one, and the daemon is told to read it.
void World::reload(uint32_t config) {
  put_config(config);
  const auto hits = files_->hits();
  const auto asked = ask({.verb = ControlVerb::kReload});
  if (!asked && files_->hits() == hits) {
    violations_.push_back("the config was not read again: " + asked.error().message());
  }
  if (files_->is_dead()) die(random_.one_in(4));
}

}  // namespace kato::simulation
