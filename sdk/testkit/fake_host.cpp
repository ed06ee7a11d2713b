#include <kato/common.hpp>
#include <kato/testkit/fake_host.hpp>

#include <xxhash.h>

namespace kato::testkit {
namespace {

constexpr size_t kMaxRemembered = 1000;

FakeHost& host_of(void* context) {
  return *static_cast<FakeHost*>(context);
}

}  // namespace

FakeHost::FakeHost() {
  host_.struct_size = sizeof(host_);
  host_.abi_minor = KATO_ABI_MINOR;
  host_.context = this;
  host_.log = &FakeHost::log;
  host_.error = &FakeHost::error;
  host_.cancelled = &FakeHost::cancelled;
  host_.hash = &FakeHost::hash;
  host_.read_back = &FakeHost::read_back;
  host_.extension = &FakeHost::extension;
}

uint64_t FakeHost::hash_of(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void FakeHost::log(void* context, int32_t level, kato_str message) {
  auto& self = host_of(context);
  static_cast<void>(level);
  if (self.log_lines_.size() < kMaxRemembered) self.log_lines_.emplace_back(sdk::view(message));
}

void FakeHost::error(void* context, kato_status status, uint64_t offset, kato_str message) {
  auto& self = host_of(context);
  if (self.complaints_.size() >= kMaxRemembered) return;
  self.complaints_.push_back({status, offset, std::string(sdk::view(message))});
}

int32_t FakeHost::cancelled(void* context) {
  auto& self = host_of(context);
  ++self.questions_;
  return self.cancel_from_ != 0 && self.questions_ >= self.cancel_from_ ? 1 : 0;
}

uint64_t FakeHost::hash(void* context, kato_bytes bytes) {
  static_cast<void>(context);
  return hash_of(sdk::view(bytes));
}

kato_status FakeHost::read_back(void* context, kato_range range, kato_bytes* out) {
  auto& self = host_of(context);
  ++self.read_backs_;
  if (self.read_back_mode_ == ReadBackMode::kIsBusy) return KATO_RETRY_LATER;
  if (self.read_back_mode_ == ReadBackMode::kIsGone) return KATO_SKIP_RECORD;
  if (range.offset_bytes > self.source_.size() ||
      range.length_bytes > self.source_.size() - range.offset_bytes) {
    return KATO_SKIP_RECORD;
  }
  const auto bytes = self.source_.substr(range.offset_bytes, range.length_bytes);
  if (hash_of(bytes) != range.hash) return KATO_SKIP_RECORD;
  self.handed_back_.assign(bytes);
  self.handed_back_.append(KATO_READ_PADDING_BYTES, '\x5A');
  *out = sdk::bytes(std::string_view(self.handed_back_).substr(0, bytes.size()));
  return KATO_OK;
}

const void* FakeHost::extension(void* context, kato_str id) {
  static_cast<void>(context);
  static_cast<void>(id);
  return nullptr;
}

}  // namespace kato::testkit
