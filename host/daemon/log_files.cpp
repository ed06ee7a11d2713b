#include "host/daemon/log_files.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

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

// A line that cannot be written is lost: no work waits for its log.
class FileSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit FileSink(std::unique_ptr<File> file) : file_(std::move(file)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    static_cast<void>(file_->append({line.data(), line.size()}));
  }
  void flush_() override {}

  std::unique_ptr<File> file_;
};

std::shared_ptr<spdlog::logger> make_logger(std::unique_ptr<File> file, LogLevel level) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<FileSink>(std::move(file)));
  logger->set_pattern("%v");
  logger->set_level(level_of(level));
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
  auto operational = files.open(operational_path, OpenMode::kCreateOrAppend);
  if (!operational) return forward(operational);
  auto audit = files.open(audit_path, OpenMode::kCreateOrAppend);
  if (!audit) return forward(audit);
  std::unique_ptr<LogFiles> logs(new LogFiles(clock, mirror_to_stderr));
  logs->operational_ = make_logger(std::move(*operational), levels.operational_level);
  logs->audit_ = make_logger(std::move(*audit), levels.audit_level);
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
  note(entry.allowed && !entry.warns ? LogLevel::kInfo : LogLevel::kWarn,
       fmt::format("session {}: {}{}{}: {}{}", short_id(session_id), entry.action,
                   entry.path.empty() ? "" : " ", entry.path,
                   entry.allowed ? "" : "refused: ", entry.reason));
}

}  // namespace kato
