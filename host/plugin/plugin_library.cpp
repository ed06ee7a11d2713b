#include "host/plugin/plugin_library.h"

#include <dlfcn.h>
#include <exception>
#include <kato/abi.h>
#include <string_view>

#include <boost/dll/shared_library.hpp>

namespace kato::plugin {
namespace {

using boost::dll::load_mode::type;

// A shared_library that goes out of scope closes its handle: RTLD_NODELETE keeps the code mapped.
constexpr auto kLoadMode = static_cast<type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

// The loader's words. Boost wraps them: "... failed (dlerror system message: WORDS): Bad file
// descriptor", where the end has nothing to do with what happened.
std::string_view loader_words(std::string_view message) {
  constexpr std::string_view kBefore = "(dlerror system message: ";
  constexpr std::string_view kBehind = "): Bad file descriptor";
  if (const auto at = message.find(kBefore); at != std::string_view::npos) {
    message.remove_prefix(at + kBefore.size());
  }
  if (message.ends_with(kBehind)) message.remove_suffix(kBehind.size());
  return message;
}

}  // namespace

Result<const kato_plugin_descriptor*> load_plugin_library(const std::string& path) {
  if (!path.starts_with('/')) {
    return fail(ErrorCode::kPlugin, "{} is not an absolute path", path);
  }
  try {
    const boost::dll::shared_library library(path, kLoadMode);
    if (!library.has(KATO_PLUGIN_ENTRY_NAME)) {
      return fail(ErrorCode::kPlugin, "no entry symbol " KATO_PLUGIN_ENTRY_NAME);
    }
    auto& entry =
        library.get<const kato_plugin_descriptor*(uint32_t, uint32_t)>(KATO_PLUGIN_ENTRY_NAME);
    const auto* const descriptor = entry(KATO_ABI_MAJOR, KATO_ABI_MINOR);
    if (descriptor == nullptr) {
      return fail(ErrorCode::kPlugin, "it does not work with ABI {}.{} (its entry gave nothing)",
                  KATO_ABI_MAJOR, KATO_ABI_MINOR);
    }
    return descriptor;
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kPlugin, "{}", loader_words(thrown.what()));
  } catch (...) {
    return fail(ErrorCode::kPlugin, "its entry threw an exception");
  }
}

}  // namespace kato::plugin
