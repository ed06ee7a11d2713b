// C++20 glue over the plugin ABI: texts, the host's services, the exception barrier.
// Header-only; needs nothing but the standard library.
#pragma once

#include <cstring>
#include <exception>
#include <kato/host.h>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kato::sdk {

constexpr std::string_view view(kato_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline std::string_view view(kato_bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}
constexpr kato_str str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline kato_bytes bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A struct of the other side as this side's headers know it: fields that the other side does not
// have are zero.
template <class Struct>
Struct complete(const Struct* other) noexcept {
  Struct copy{};
  std::memcpy(static_cast<void*>(&copy), other,
              other->struct_size < sizeof(Struct) ? other->struct_size : sizeof(Struct));
  copy.struct_size = sizeof(Struct);
  return copy;
}

// Elements of an array that came over the boundary, whatever their size on the other side.
template <class Struct>
class Strided {
 public:
  Strided(const Struct* first, size_t count) noexcept
      : first_(reinterpret_cast<const std::byte*>(first)), count_(first == nullptr ? 0 : count) {
    if (count_ > 0) stride_ = first->struct_size;
  }
  [[nodiscard]] size_t size() const noexcept { return count_; }
  [[nodiscard]] Struct operator[](size_t index) const noexcept {
    return complete(reinterpret_cast<const Struct*>(first_ + index * stride_));
  }

 private:
  const std::byte* first_;
  size_t count_;
  size_t stride_ = 0;
};

// The host's services during one call. Borrowed: never keep one.
class Host {
 public:
  explicit Host(const kato_host* host) noexcept : host_(*host) {}

  void log(kato_level level, std::string_view message) const {
    host_.log(host_.context, level, str(message));
  }
  // offset_bytes: where in the source; kNoOffset if nowhere.
  void error(kato_status status, uint64_t offset_bytes, std::string_view message) const {
    host_.error(host_.context, status, offset_bytes, str(message));
  }
  [[nodiscard]] bool cancelled() const { return host_.cancelled(host_.context) != 0; }
  [[nodiscard]] uint64_t hash(std::string_view text) const {
    return host_.hash(host_.context, bytes(text));
  }
  // KATO_OK, KATO_SKIP_RECORD (gone) or KATO_RETRY_LATER. `out` lives until the next read_back.
  [[nodiscard]] kato_status read_back(const kato_range& range, std::string_view& out) const {
    kato_bytes found{};
    const kato_status status = host_.read_back(host_.context, range, &found);
    if (status == KATO_OK) out = view(found);
    return status;
  }

  static constexpr uint64_t kNoOffset = UINT64_MAX;

 private:
  const kato_host& host_;
};

// What a plugin says of itself; the export macros add id and version.
struct PluginInfo {
  std::string_view display_name;
  std::string_view author;
  std::string_view licence;
  std::string_view url;
  std::string_view options_schema;  // empty: takes no options
};

// Runs `body`, which returns a kato_status; nothing that it throws gets out.
template <class Body>
kato_status barrier(const kato_host* host, Body&& body) noexcept {
  const auto report = [host](kato_status status, std::string_view what) noexcept {
    if (host != nullptr) host->error(host->context, status, Host::kNoOffset, str(what));
    return status;
  };
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return report(KATO_RETRY_LATER, "out of memory");
  } catch (const std::exception& thrown) {
    return report(KATO_FATAL, thrown.what());
  } catch (...) {
    return report(KATO_FATAL, "an exception of unknown type");
  }
}

inline kato_plugin_descriptor make_descriptor(kato_plugin_kind kind, std::string_view id,
                                              std::string_view version,
                                              const PluginInfo& info) noexcept {
  kato_plugin_descriptor descriptor{};
  descriptor.struct_size = sizeof(descriptor);
  descriptor.abi_minor = KATO_ABI_MINOR;
  descriptor.kind = kind;
  descriptor.id = str(id);
  descriptor.version = str(version);
  descriptor.display_name = str(info.display_name);
  descriptor.author = str(info.author);
  descriptor.licence = str(info.licence);
  descriptor.url = str(info.url);
  descriptor.options_schema = str(info.options_schema);
  return descriptor;
}

}  // namespace kato::sdk
