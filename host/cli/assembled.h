// What most commands begin with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/cli/cli_command.h"
#include "host/daemon/assembly.h"
#include "host/session/session_meta.h"

namespace kato {

enum class ConfigUse : uint8_t {
  kMustBeValid,
  kDefaults,  // the file is not read: for what needs nothing of it
};

// The assembly for this process; its warnings are printed.
[[nodiscard]] Result<std::unique_ptr<Assembly>> assemble(const CliContext& context,
                                                         ConfigUse use = ConfigUse::kMustBeValid);

// What is wrong with the config; a line for each problem, with its place.
[[nodiscard]] std::optional<Error> config_problem(const CliContext& context);

[[nodiscard]] AssemblyInput assembly_input(const CliContext& context);

// What the state knows of a session; nothing if it was never seen, or if its meta cannot be read.
[[nodiscard]] std::optional<SessionMeta> known_meta(const CliContext& context,
                                                    const Assembly& assembly,
                                                    const SessionRef& session);

// The folder that relative arguments are relative to.
[[nodiscard]] std::string working_folder();

// "2026-02-25 16:26" in UTC offset, "-" without a time.
[[nodiscard]] std::string time_for_people(std::optional<UnixMillis> time, const TimeZone& zone);

}  // namespace kato
