// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The zoo: known networks as recipes. By name at run time: network/zoo/registry.hpp, which this leaves out.
#pragma once

#include <qutibench/network/zoo/cnv_mlp.hpp>
#include <qutibench/network/zoo/efficientnet_edgetpu.hpp>
#include <qutibench/network/zoo/googlenet.hpp>
#include <qutibench/network/zoo/mobilenet_v1.hpp>
#include <qutibench/network/zoo/resnet.hpp>
