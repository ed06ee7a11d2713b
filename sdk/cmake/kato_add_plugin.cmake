# kato_add_plugin(NAME SOURCES ... [LINKS ...]): a plugin NAME.so that exports kato_plugin_v1 and
# nothing else. Hidden visibility alone would leave GNU-unique symbols of C++ libraries exported,
# which keep a library resident; the version script hides those too.
function(kato_add_plugin name)
  # Beside this file, wherever the function is called from.
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/kato_plugin.map)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(${name} PRIVATE Kato::sdk ${PLUGIN_LINKS})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".so"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    LINK_DEPENDS ${version_script})
  set_property(GLOBAL APPEND PROPERTY KATO_PLUGINS ${name})
  if(KATO_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${KATO_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  target_link_options(${name} PRIVATE -Wl,--version-script=${version_script})
  # clang leaves the sanitizers' symbols to the executable, so there undefined symbols are normal.
  if(NOT (KATO_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()
