# Headers, and a package config, so that find_package(PIT) gives PIT::PITEmulator
# and, where the compiler was built, its libraries: see PITConfig.cmake.in.
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/PIT)
set(header_dirs Emulator Mgpu Runtime Support)
if(PIT_BUILD_COMPILER)
  list(APPEND header_dirs Analysis Conversion Dialect Passes Reference Target)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/include/pit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          FILES_MATCHING PATTERN "*.inc" PATTERN "CMakeFiles" EXCLUDE)
endif()
list(TRANSFORM header_dirs PREPEND ${PROJECT_SOURCE_DIR}/include/pit/)
install(DIRECTORY ${header_dirs} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pit
        FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PITConfig.cmake.in
  ${PROJECT_BINARY_DIR}/PITConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/PITConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/PITConfig.cmake ${PROJECT_BINARY_DIR}/PITConfigVersion.cmake
        DESTINATION ${config_dir})
set(export_sets PITRuntimeTargets)
if(PIT_BUILD_COMPILER)
  list(APPEND export_sets PITCompilerTargets)
endif()
foreach(set IN LISTS export_sets)
  install(EXPORT ${set} NAMESPACE PIT:: DESTINATION ${config_dir})
  export(EXPORT ${set} NAMESPACE PIT:: FILE ${PROJECT_BINARY_DIR}/${set}.cmake)
endforeach()
