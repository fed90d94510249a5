# Helpers that name a target after its folder. A folder without sources makes
# no target, so that a partial checkout still configures.

# pit_add_library(NAME [EXPORT set] [LINK target...]): a static library of all
# *.cpp of this folder, exported as PIT::NAME in PITRuntimeTargets or another set.
function(pit_add_library name)
  cmake_parse_arguments(ARG "" "EXPORT" "LINK" ${ARGN})
  if(NOT ARG_EXPORT)
    set(ARG_EXPORT PITRuntimeTargets)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  add_library(PIT::${name} ALIAS ${name})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  install(TARGETS ${name} EXPORT ${ARG_EXPORT} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# pit_add_tool(NAME [NO_INSTALL] [LINK target...]): a program of all *.cpp of
# the folder NAME, in bin/. Libraries that have no sources yet are left out.
function(pit_add_tool name)
  cmake_parse_arguments(ARG "NO_INSTALL" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  foreach(library IN LISTS ARG_LINK)
    if(TARGET ${library})
      target_link_libraries(${name} PRIVATE ${library})
    endif()
  endforeach()
  if(NOT ARG_NO_INSTALL)
    install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endfunction()
