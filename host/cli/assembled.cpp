#include "host/cli/assembled.h"

#include <filesystem>

#include "host/base/time_text.h"
#include "host/event/event_id.h"
#include "host/session/meta_store.h"

namespace kato {

AssemblyInput assembly_input(const CliContext& context) {
  return {.files = context.files,
          .environment = context.environment,
          .program_path = context.program_path,
          .state_dir = context.state_dir,
          .config_path = context.config_path};
}

std::optional<Error> config_problem(const CliContext& context) {
  const auto assembly = Assembly::make(assembly_input(context));
  return assembly ? std::nullopt : std::optional(assembly.error());
}

Result<std::unique_ptr<Assembly>> assemble(const CliContext& context, ConfigUse use) {
  auto input = assembly_input(context);
  input.defaults_hold = use == ConfigUse::kDefaults;
  auto assembly = Assembly::make(input);
  if (!assembly) return assembly;
  for (const auto& warning : (*assembly)->warnings()) {
    context.output.note("warning: " + warning);
  }
  return assembly;
}

std::optional<SessionMeta> known_meta(const CliContext& context, const Assembly& assembly,
                                      const SessionRef& session) {
  MetaStore metas(context.files, StateFolder(assembly.paths().state_dir));
  auto meta = metas.load(make_session_key(session.provider, session.session_id));
  if (meta) return std::move(*meta);
  context.output.note("warning: " + meta.error().message());
  return std::nullopt;
}

std::string working_folder() {
  std::error_code failed;
  const auto folder = std::filesystem::current_path(failed);
  return failed ? std::string("/") : folder.string();
}

std::string time_for_people(std::optional<UnixMillis> time, const TimeZone& zone) {
  constexpr int64_t kMillis = 1000;
  constexpr size_t kToMinutes = 16;
  if (!time) return "-";
  auto text = format_rfc3339({time->value + zone.offset_s(*time) * kMillis}).substr(0, kToMinutes);
  text[10] = ' ';
  return text;
}

}  // namespace kato
