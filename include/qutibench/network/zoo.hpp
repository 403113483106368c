// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The zoo: known networks as recipes. By name at run time: network/zoo/registry.hpp, which this leaves out.
#pragma once

#include <qutibench/network/zoo/alexnet_vgg.hpp>
#include <qutibench/network/zoo/bert.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>
#include <qutibench/network/zoo/convnext.hpp>
#include <qutibench/network/zoo/deep_speech_2.hpp>
#include <qutibench/network/zoo/densenet.hpp>
#include <qutibench/network/zoo/dlrm.hpp>
#include <qutibench/network/zoo/efficientnet.hpp>
#include <qutibench/network/zoo/efficientnet_edgetpu.hpp>
#include <qutibench/network/zoo/games.hpp>
#include <qutibench/network/zoo/gnmt.hpp>
#include <qutibench/network/zoo/googlenet.hpp>
#include <qutibench/network/zoo/inception_v3.hpp>
#include <qutibench/network/zoo/llama.hpp>
#include <qutibench/network/zoo/mask_rcnn.hpp>
#include <qutibench/network/zoo/mlperf_tiny.hpp>
#include <qutibench/network/zoo/mlstm.hpp>
#include <qutibench/network/zoo/mobilenet.hpp>
#include <qutibench/network/zoo/mobilenet_v1.hpp>
#include <qutibench/network/zoo/neumf.hpp>
#include <qutibench/network/zoo/resnet.hpp>
#include <qutibench/network/zoo/shufflenet.hpp>
#include <qutibench/network/zoo/squeezenet.hpp>
#include <qutibench/network/zoo/ssd.hpp>
#include <qutibench/network/zoo/swin.hpp>
#include <qutibench/network/zoo/unet.hpp>
#include <qutibench/network/zoo/unet_3d.hpp>
#include <qutibench/network/zoo/vit.hpp>
#include <qutibench/network/zoo/wgan.hpp>
#include <qutibench/network/zoo/yolo.hpp>
#include <qutibench/network/zoo/yolo_v2.hpp>
