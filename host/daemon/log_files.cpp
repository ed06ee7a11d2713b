#include "host/daemon/log_files.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "host/base/time_text.h"

namespace kato {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> open_logger(const std::string& path, LogLevel level) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
  auto logger = std::make_shared<spdlog::logger>(path, std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(level_of(level));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

// Paths need not be UTF-8.
std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

LogFiles::LogFiles(const Clock& clock, bool mirror) : clock_(clock), mirror_(mirror) {}
LogFiles::~LogFiles() = default;

Result<std::unique_ptr<LogFiles>> LogFiles::open(FileSystem& files,
                                                 const std::string& operational_path,
                                                 const std::string& audit_path,
                                                 const LoggingConfig& levels, const Clock& clock,
                                                 bool mirror_to_stderr) {
  for (const auto& path : {operational_path, audit_path}) {
    if (auto made = files.open(path, OpenMode::kCreateOrAppend); !made) return forward(made);
  }
  std::unique_ptr<LogFiles> logs(new LogFiles(clock, mirror_to_stderr));
  try {
    logs->operational_ = open_logger(operational_path, levels.operational_level);
    logs->audit_ = open_logger(audit_path, levels.audit_level);
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kIo, "open the logs: {}", thrown.what());
  }
  return logs;
}

void LogFiles::note(LogLevel level, std::string_view message) {
  const nlohmann::ordered_json line = {{"time", format_rfc3339(clock_.now())},
                                       {"level", to_name(level)},
                                       {"message", std::string(message)}};
  operational_->log(level_of(level), dump(line));
  if (!mirror_ || level < LogLevel::kInfo) return;
  const auto text = fmt::format("kato: {}\n", message);
  static_cast<void>(::write(STDERR_FILENO, text.data(), text.size()));
}

void LogFiles::audit(const std::string& session_id, const AuditEntry& entry) {
  const nlohmann::ordered_json line = {{"time", format_rfc3339(clock_.now())},
                                       {"sessionId", session_id},
                                       {"action", entry.action},
                                       {"path", entry.path},
                                       {"allowed", entry.allowed},
                                       {"reason", entry.reason}};
  audit_->info(dump(line));
  note(entry.allowed ? LogLevel::kInfo : LogLevel::kWarn,
       fmt::format("{} {}: {}{}", entry.action, entry.path,
                   entry.allowed ? "" : "refused: ", entry.reason));
}

}  // namespace kato
