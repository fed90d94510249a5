# Headers, and a package config, so that find_package(PIT) gives PIT::PITEmulator
# and, where the compiler was built, its libraries.
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/PIT)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
if(PIT_BUILD_COMPILER)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/include/pit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          FILES_MATCHING PATTERN "*.inc")
endif()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PITConfig.cmake.in
  ${PROJECT_BINARY_DIR}/PITConfig.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/PITConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/PITConfig.cmake ${PROJECT_BINARY_DIR}/PITConfigVersion.cmake
        DESTINATION ${config_dir})
if(TARGET PITEmulator)
  install(EXPORT PITTargets NAMESPACE PIT:: DESTINATION ${config_dir})
  export(EXPORT PITTargets NAMESPACE PIT:: FILE ${PROJECT_BINARY_DIR}/PITTargets.cmake)
endif()
