#include "host/plugin/plugin_call.h"

#include "host/base/hash.h"
#include "host/plugin/c_types.h"
#include "host/plugin/text_check.h"

namespace kato::plugin {
namespace {

constexpr size_t kMaxMessageBytes = 1024;

PluginCall& call_of(void* context) {
  return *static_cast<PluginCall*>(context);
}

Level level_of(int32_t level) {
  switch (level) {
    case KATO_LEVEL_DEBUG:
      return Level::kDebug;
    case KATO_LEVEL_WARNING:
      return Level::kWarning;
    case KATO_LEVEL_ERROR:
      return Level::kError;
    default:
      return Level::kInfo;
  }
}

std::string status_words(kato_status status) {
  switch (status) {
    case KATO_RETRY_LATER:
      return "asks to be called again later";
    case KATO_SKIP_RECORD:
      return "skips a record";
    case KATO_QUARANTINE_SOURCE:
      return "gives the source up";
    case KATO_UNSUPPORTED:
      return "does not support this";
    case KATO_CANCELLED:
      return "was cancelled";
    case KATO_FATAL:
      return "failed";
    default:
      return fmt::format("returned the unknown status {}", status);
  }
}

ErrorCode code_of(kato_status status) {
  if (status == KATO_UNSUPPORTED) return ErrorCode::kUnsupported;
  if (status == KATO_CANCELLED) return ErrorCode::kCancelled;
  return ErrorCode::kPlugin;
}

}  // namespace

PluginCall::PluginCall(const LoadedPlugin& plugin, std::string_view what)
    : plugin_(plugin), what_(what) {
  host_.struct_size = sizeof(host_);
  host_.abi_minor = KATO_ABI_MINOR;
  host_.context = this;
  host_.log = &PluginCall::log;
  host_.error = &PluginCall::error;
  host_.cancelled = &PluginCall::cancelled;
  host_.hash = &PluginCall::hash;
  host_.read_back = &PluginCall::hand_back;
  host_.extension = &PluginCall::extension;
}

std::string PluginCall::describe(std::string_view did) const {
  return fmt::format("plugin {} {}: {} {}", plugin_.identity.id, plugin_.identity.version, what_,
                     did);
}

void PluginCall::breach(std::string_view did) noexcept {
  if (!fault_) fault_.emplace(ErrorCode::kPlugin, describe(did));
}

std::unexpected<Error> PluginCall::broken(std::string_view did) {
  breach(did);
  return std::unexpected(*fault_);
}

void PluginCall::host_failed(std::string_view what) noexcept {
  if (!fault_) {
    fault_.emplace(ErrorCode::kInternal, describe("could not be heard: ") + std::string(what));
  }
}

std::unexpected<Error> PluginCall::failed(kato_status status) {
  auto text = describe(status_words(status));
  if (!said_.empty()) text += ": " + said_;
  return std::unexpected(Error(code_of(status), std::move(text)));
}

Result<kato_status> PluginCall::outcome(kato_status status) const {
  if (fault_) return std::unexpected(*fault_);
  return status;
}

void PluginCall::log(void* context, int32_t level, kato_str message) noexcept {
  auto& call = call_of(context);
  call.guard([&] {
    if (!is_sane(message)) return call.breach("logged a message without data");
    if (!call.plugin_.services.log) return;
    call.plugin_.services.log(level_of(level), call.plugin_.identity.id,
                              printable(view(message), kMaxMessageBytes));
  });
}

void PluginCall::error(void* context, kato_status status, uint64_t offset,
                       kato_str message) noexcept {
  auto& call = call_of(context);
  static_cast<void>(status);
  call.guard([&] {
    if (!is_sane(message)) return call.breach("reported an error without data");
    call.said_ = printable(view(message), kMaxMessageBytes);
    if (call.on_problem) call.on_problem(offset, call.said_);
  });
}

int32_t PluginCall::cancelled(void* context) noexcept {
  auto& call = call_of(context);
  bool stop = call.is_broken();  // nothing that it still does will count
  call.guard([&] {
    if (call.plugin_.services.cancelled) stop = call.plugin_.services.cancelled();
  });
  return stop ? 1 : 0;
}

uint64_t PluginCall::hash(void* context, kato_bytes bytes) noexcept {
  static_cast<void>(context);
  return hash64(view(bytes));
}

kato_status PluginCall::hand_back(void* context, kato_range range, kato_bytes* out) noexcept {
  auto& call = call_of(context);
  kato_status status = KATO_RETRY_LATER;
  call.guard([&] {
    status = KATO_SKIP_RECORD;
    if (!call.read_back || out == nullptr) return;
    status = call.read_back(range, call.handed_back_);
    if (status != KATO_OK) return;
    const size_t size = call.handed_back_.size();
    call.handed_back_.append(KATO_READ_PADDING_BYTES, '\0');
    *out = c_bytes_of(std::string_view(call.handed_back_).substr(0, size));
  });
  return status;
}

const void* PluginCall::extension(void* context, kato_str id) noexcept {
  static_cast<void>(context);
  static_cast<void>(id);
  return nullptr;  // this host has none
}

}  // namespace kato::plugin
