// Which sink writes a destination.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kato {

struct SinkExtension {
  std::string sink;       // its name
  std::string extension;  // of the files it writes, without a dot, lower-case
};

// The configured one; else the first whose extension the built-in destination has; else the first.
// Empty if there is no sink.
[[nodiscard]] std::string default_sink(const std::optional<std::string>& configured,
                                       std::span<const SinkExtension> sinks);

// By the extension of `path`: `preferred` if its files have it, else the first sink that writes
// such files, else `preferred`.
[[nodiscard]] std::string choose_sink(std::string_view path, std::span<const SinkExtension> sinks,
                                      std::string_view preferred);

}  // namespace kato
